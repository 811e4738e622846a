package org.workerd.http;

import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Span;
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
        return new Filter(
                states(given.get("state")),
                given.get("queue"),
                given.get("name"),
                given.get("key"),
                ago("since", given.get("since"), now),
                ago("finished_since", given.get("finished_since"), now),
                given.get("error"),
                given.get("cron"),
                given.get("tag"));
    }

    private static Set<JobState> states(@Nullable String words) {
        Set<JobState> states = EnumSet.noneOf(JobState.class);
        if (words != null) {
            for (String word : words.split(",", -1)) {
                states.add(JobState.ofWord(word)
                        .orElseThrow(() -> Problem.invalid("no job has the state \"" + Names.printable(word) + "\"")));
            }
        }
        return states;
    }

    private static @Nullable Instant ago(String name, @Nullable String age, Instant now) {
        try {
            return age == null ? null : now.minus(Span.parse(age));
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(name + ": " + wrong.getMessage());
        }
    }
}
