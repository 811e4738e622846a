package org.workerd.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something in a queue's schema that is not as workerd made it.
 *
 * @param serious the queue may not work as it should, or questions to it may not end
 * @param drop the statement that removes it, or puts it right; null: only a backup helps
 */
public record Stranger(String what, boolean serious, @Nullable String drop) {
    /** To follow the sentence. */
    public String remedy(Path file) {
        return drop == null ? "" : "; remove it: " + command(file);
    }

    /** For a shell. */
    public String command(Path file) {
        return drop == null ? "workerd stop, then restore a backup" : "sqlite3 " + quoted(file) + " '" + drop + "'";
    }

    private static String quoted(Path file) {
        String name = file.toString();
        return name.matches("[A-Za-z0-9_@%+=:,./-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
