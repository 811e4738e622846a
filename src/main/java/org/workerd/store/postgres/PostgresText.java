package org.workerd.store.postgres;

import org.jspecify.annotations.Nullable;
import org.workerd.store.StoreException;

/** Texts as PostgreSQL can hold them: all but the character NUL. */
final class PostgresText {
    private PostgresText() {}

    /**
     * The text as it is.
     *
     * @throws StoreException INVALID, when it cannot be stored so
     */
    static @Nullable String exact(String what, @Nullable String text) {
        if (text != null && text.indexOf('\0') >= 0) {
            throw new StoreException(
                    StoreException.Kind.INVALID,
                    what + " holds the character NUL, which PostgreSQL cannot store: encode it, in Base64 for example");
        }
        return text;
    }

    /** What was said of a job that has run must be stored: with another character for each NUL. */
    static @Nullable String shown(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\ufffd');
    }
}
