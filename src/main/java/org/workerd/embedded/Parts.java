package org.workerd.embedded;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was started, in order, to be stopped in reverse, once. Not thread-safe. */
final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<Part> parts = new ArrayDeque<>();

    /** Something to be stopped. */
    interface Part {
        void stop() throws IOException;
    }

    void add(Part part) {
        parts.push(part);
    }

    void stop() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().stop();
            } catch (IOException | RuntimeException failure) {
                LOG.warn("while stopping: {}", failure.getMessage());
            }
        }
    }
}
