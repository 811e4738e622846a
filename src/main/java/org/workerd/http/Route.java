package org.workerd.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.util.Fields;
import org.workerd.job.Names;

/**
 * What is done with requests of one method and path. Immutable.
 *
 * @param path its words below the base; one in braces stands for any
 * @param longestBody in bytes; 0: there is none
 * @param parameters those that it knows, each given at most once; empty: whatever is given is left to the answer
 */
record Route(
        String method,
        List<String> path,
        Access access,
        int longestBody,
        Optional<Set<String>> parameters,
        Answer answer) {
    /** Who may ask. */
    enum Access {
        ANYBODY,
        /** Those with a token, unless http.open_metrics says anybody. */
        METRICS,
        CALLERS
    }

    /** Answers, or throws; on the one thread of the API. */
    interface Answer {
        void to(Exchange exchange) throws Exception;
    }

    /** A path that fits, and what stands in it for the words in braces. */
    record Match(Route route, Map<String, String> values) {
        String value(String word) {
            return values.getOrDefault(word, "");
        }
    }

    /** Of the API it takes no parameters, unless {@link #taking} names them. */
    static Route of(String method, String path, Access access, int longestBody, Answer answer) {
        Optional<Set<String>> none = path.startsWith("/api/") ? Optional.of(Set.of()) : Optional.empty();
        return new Route(method, words(path), access, longestBody, none, answer);
    }

    Route taking(Set<String> names) {
        return new Route(method, path, access, longestBody, Optional.of(Set.copyOf(names)), answer);
    }

    /**
     * Refuses a parameter that means nothing here, or more than one thing: left out, it could make of a question about some
     * jobs one about all, and of a dry run a change.
     */
    void check(Fields query) {
        for (Fields.Field field : query) {
            if (parameters.isPresent() && !parameters.get().contains(field.getName())) {
                String meant = Names.closest(field.getName(), parameters.get())
                        .map(one -> "; did you mean " + one + "?")
                        .orElse("");
                throw Problem.invalid("unknown parameter \"" + Names.printable(field.getName()) + "\"" + meant);
            }
            if (parameters.isPresent() && field.getValues().size() > 1) {
                throw Problem.invalid("the parameter \"" + field.getName() + "\" is given more than once");
            }
        }
    }

    static List<String> words(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    String text() {
        return "/" + String.join("/", path);
    }

    Optional<Match> match(List<String> asked) {
        if (asked.size() != path.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String word = path.get(i);
            if (word.startsWith("{")) {
                values.put(word.substring(1, word.length() - 1), asked.get(i));
            } else if (!word.equals(asked.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Match(this, values));
    }
}
