package org.workerd.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is done with requests of one method and path. Immutable.
 *
 * @param path its words below the base; one in braces stands for any
 * @param longestBody in bytes; 0: there is none
 */
record Route(String method, List<String> path, Access access, int longestBody, Answer answer) {
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

    static Route of(String method, String path, Access access, int longestBody, Answer answer) {
        return new Route(method, words(path), access, longestBody, answer);
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
