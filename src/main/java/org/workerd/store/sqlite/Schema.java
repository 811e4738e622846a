package org.workerd.store.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The numbered steps by which the schema came to be; their count is its version. */
final class Schema {
    /** In the header of every queue file: "work". */
    static final int APPLICATION_ID = 0x776f726b;

    private static final List<String> STEPS = List.of("0001-queue.sql", "0002-rules.sql");
    static final int VERSION = STEPS.size();

    private Schema() {}

    /** The statements of all steps. */
    static List<String> steps() {
        return STEPS.stream().map(Schema::read).toList();
    }

    private static String read(String step) {
        try (InputStream text = Schema.class.getResourceAsStream(step)) {
            if (text == null) {
                throw new IllegalStateException("the schema's step " + step + " is missing from this build");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the schema's step " + step, failure);
        }
    }
}
