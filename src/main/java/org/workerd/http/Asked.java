package org.workerd.http;

import org.jspecify.annotations.Nullable;

/**
 * What of a request decides who gets in. Immutable.
 *
 * @param peer the address; of a unix socket the user's name
 * @param group of that user, by his credentials; null: it is TCP
 * @param host as the header has it, or empty
 */
record Asked(
        String method,
        String peer,
        @Nullable String group,
        String host,
        @Nullable String authorization,
        @Nullable String origin,
        @Nullable String fetchSite) {
    boolean isChange() {
        return !method.equals("GET") && !method.equals("HEAD");
    }

    boolean isSocket() {
        return group != null;
    }
}
