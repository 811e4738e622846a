package org.workerd.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The numbered steps by which the schema came to be; their count is its version. */
final class PostgresSchema {
    private static final List<String> STEPS = List.of("0001-queue.sql");
    static final int VERSION = STEPS.size();

    private PostgresSchema() {}

    /** What comes before the first step. */
    static String begin(String schema) {
        return String.format(
                Locale.ROOT,
                """
                create schema if not exists %s;
                create table schema_steps (number integer primary key, at timestamptz not null, program text not null);
                """,
                schema);
    }

    /** The statements of all steps. */
    static List<String> steps() {
        return STEPS.stream().map(PostgresSchema::read).toList();
    }

    /** The roles of those who do not own the schema, and what each may do. */
    static String roles(String schema) {
        return read("roles.sql").replace(":schema", schema);
    }

    /** Who makes it, as it is noted there. */
    static String program() {
        String version = PostgresSchema.class.getPackage().getImplementationVersion();
        return version == null ? "workerd" : version;
    }

    private static String read(String step) {
        try (InputStream text = PostgresSchema.class.getResourceAsStream(step)) {
            if (text == null) {
                throw new IllegalStateException("the schema's step " + step + " is missing from this build");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the schema's step " + step, failure);
        }
    }
}
