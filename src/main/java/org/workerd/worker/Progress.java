package org.workerd.worker;

import org.jspecify.annotations.Nullable;

/** How far an attempt is, as its handler says. */
public record Progress(int percent, @Nullable String message) {
    public Progress {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("the progress must be 0 to 100 percent, was " + percent);
        }
    }
}
