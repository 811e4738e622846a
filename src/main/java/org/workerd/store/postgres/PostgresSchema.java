package org.workerd.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The numbered steps by which the schema came to be; their count is its version. */
final class PostgresSchema {
    private static final List<String> STEPS = List.of("0001-queue.sql");
    static final int VERSION = STEPS.size();

    private PostgresSchema() {}

    /** The statements of all steps. */
    static List<String> steps() {
        return STEPS.stream().map(PostgresSchema::read).toList();
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
