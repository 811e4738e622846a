package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import org.workerd.daemon.Settings;
import org.workerd.unix.LockFile;

/**
 * What the pidfile says, and what its lock does.
 *
 * @param named the pid that stands in it; 0: none does
 * @param holder the process that has it locked; 0: none has
 */
record DaemonState(Path pidfile, Kind kind, long named, long holder) {
    enum Kind {
        RUNNING,
        /** There is no pidfile. */
        STOPPED,
        /** There is one that nobody has locked. */
        DEAD,
        /** It is locked by one that does not stand in it: a daemon that only starts, or a stranger. */
        CONTRADICTORY,
        /** It is no file, or not ours to read. */
        UNKNOWN
    }

    static DaemonState of(Settings settings) {
        Path pidfile = settings.pidfile();
        try {
            if (Files.notExists(pidfile, LinkOption.NOFOLLOW_LINKS)) {
                return new DaemonState(pidfile, Kind.STOPPED, 0, 0);
            }
            if (!Files.isRegularFile(pidfile, LinkOption.NOFOLLOW_LINKS) || Files.size(pidfile) > 32) {
                return new DaemonState(pidfile, Kind.UNKNOWN, 0, 0);
            }
            String text = Files.readString(pidfile, StandardCharsets.ISO_8859_1).strip();
            long named = text.matches("[1-9][0-9]{0,9}") ? Long.parseLong(text) : 0;
            Set<Long> holders = LockFile.holders(pidfile);
            long holder = holders.contains(named)
                    ? named
                    : holders.stream().findFirst().orElse(0L);
            Kind kind = holder == 0 ? Kind.DEAD : holder == named ? Kind.RUNNING : Kind.CONTRADICTORY;
            return new DaemonState(pidfile, kind, named, holder);
        } catch (IOException unreadable) {
            return new DaemonState(pidfile, Kind.UNKNOWN, 0, 0);
        }
    }

    boolean isRunning() {
        return kind == Kind.RUNNING;
    }
}
