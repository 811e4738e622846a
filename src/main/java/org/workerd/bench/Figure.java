package org.workerd.bench;

import org.jspecify.annotations.Nullable;

/**
 * What we reach, beside what the machine gives to whoever does no more than he must.
 *
 * @param name as programs know it
 * @param title as people read it
 * @param limit null: there is nothing to compare it with
 */
public record Figure(String name, String title, Unit unit, Samples ours, @Nullable Limit limit) {
    /** Measured in the same run, in the same unit. */
    public record Limit(String title, Samples samples) {}

    /** Ours to the limit's, both by their medians; null: there is no limit. */
    public @Nullable Double ratio() {
        return limit == null || limit.samples().median() == 0
                ? null
                : ours.median() / limit.samples().median();
    }
}
