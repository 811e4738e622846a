package org.workerd.worker.handlers;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known of a jar with handlers, without running them.
 *
 * @param names of its handlers; none when it is refused
 * @param refusal a sentence without a full stop; null: it is not refused
 */
public record Plugin(JarStamp jar, List<String> names, @Nullable String refusal) {
    public Plugin {
        names = names.stream().sorted().toList();
        if (refusal != null && !names.isEmpty()) {
            throw new IllegalArgumentException("a plugin that is refused has no handlers: " + jar.path());
        }
    }

    public Path path() {
        return jar.path();
    }

    public Optional<String> objection() {
        return Optional.ofNullable(refusal);
    }
}
