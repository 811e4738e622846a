package org.workerd.daemon.doctor;

import java.util.Locale;

/**
 * What one check found.
 *
 * @param check what was looked at
 * @param found a sentence without a full stop
 * @param mend what to do about it, a command where there is one; empty when nothing is to be done
 */
public record Finding(Level level, String check, String found, String mend) {
    /** From good to bad. */
    public enum Level {
        OK,
        WARNING,
        FAILURE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String found) {
        return new Finding(Level.OK, check, found, "");
    }

    static Finding warning(String check, String found, String mend) {
        return new Finding(Level.WARNING, check, found, mend);
    }

    static Finding failure(String check, String found, String mend) {
        return new Finding(Level.FAILURE, check, found, mend);
    }
}
