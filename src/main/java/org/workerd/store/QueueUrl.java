package org.workerd.store;

import java.nio.file.Path;

/** Where a queue is kept, as {@code queue.url} says; each kind has its engine. Immutable. */
public sealed interface QueueUrl {
    /** As people may see it, and as it would be written in the configuration. */
    String text();

    /**
     * A file of this machine.
     *
     * @param file absolute
     */
    record Sqlite(Path file) implements QueueUrl {
        public static final String SCHEME = "sqlite:";

        @Override
        public String text() {
            return SCHEME + file;
        }
    }
}
