package org.workerd.http;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.job.Span;
import org.workerd.ops.JobFilters;
import org.workerd.store.JobQueries.Filter;

/** The filters of {@code list} as parameters. */
final class Filters {
    static final List<String> NAMES =
            List.of("state", "queue", "name", "key", "tag", "cron", "since", "finished_since", "error");

    private Filters() {}

    /**
     * What the parameters ask for.
     *
     * @param others parameters that mean something else
     * @throws Problem when one is unknown or means nothing
     */
    static Filter of(Exchange exchange, Set<String> others, Instant now) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String name : exchange.parameters()) {
            if (!others.contains(name)) {
                given.put(name, String.valueOf(exchange.parameter(name)));
            }
        }
        return of(given, now);
    }

    /** The same of the fields of an object. */
    static Filter of(Map<String, String> given, Instant now) {
        for (String name : given.keySet()) {
            if (!NAMES.contains(name)) {
                String meant = Names.closest(name, NAMES)
                        .map(one -> "; did you mean " + one + "?")
                        .orElse("");
                throw Problem.invalid("unknown filter \"" + Names.printable(name) + "\"" + meant);
            }
        }
        String states = given.get("state");
        JobFilters filters = new JobFilters(
                states == null ? List.of() : List.of(states.split(",", -1)),
                given.get("queue"),
                given.get("name"),
                given.get("key"),
                given.get("tag"),
                given.get("cron"),
                age("since", given.get("since")),
                age("finished_since", given.get("finished_since")),
                given.get("error"));
        try {
            return filters.at(now);
        } catch (JobFilters.UnknownStateException unknown) {
            throw Problem.invalid(String.valueOf(unknown.getMessage()));
        }
    }

    private static @Nullable Duration age(String name, @Nullable String age) {
        try {
            return age == null ? null : Span.parse(age);
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(name + ": " + wrong.getMessage());
        }
    }
}
