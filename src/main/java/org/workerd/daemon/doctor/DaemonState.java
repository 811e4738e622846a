package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.workerd.config.Settings;
import org.workerd.daemon.PidFileHolder;
import org.workerd.unix.LockFile;
import org.workerd.unix.ProcessStatus;
import org.workerd.unix.UnixException;

/**
 * What the pidfile says, and what its lock does.
 *
 * @param named the pid that stands in it; 0: none does
 * @param holder a process that has it locked; 0: none has, or none that we see
 */
record DaemonState(Path pidfile, Kind kind, long named, long holder) {
    enum Kind {
        RUNNING,
        /** There is no pidfile. */
        STOPPED,
        /** It names one of another PID namespace, where its lock is held too. */
        RUNNING_ELSEWHERE,
        /** There is one that nobody has locked. */
        DEAD,
        /** It is locked by one who is neither root nor the file's user: no daemon's lock. */
        LOCKED_BY_STRANGER,
        /** Who has it locked is not the daemon that it names: one that only starts, or another process of its user. */
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
            if (!LockFile.isHeld(pidfile)) {
                return new DaemonState(pidfile, Kind.DEAD, PidFileHolder.pid(pidfile), 0);
            }
            PidFileHolder holder = PidFileHolder.of(pidfile);
            Kind kind =
                    switch (holder.kind()) {
                        case DAEMON -> isWorkerd(holder.pid()) ? Kind.RUNNING : Kind.CONTRADICTORY;
                        case ELSEWHERE -> Kind.RUNNING_ELSEWHERE;
                        case UNNAMED -> Kind.CONTRADICTORY;
                        case STRANGER -> Kind.LOCKED_BY_STRANGER;
                    };
            return new DaemonState(pidfile, kind, holder.named(), holder.pid());
        } catch (IOException | UnixException unreadable) {
            return new DaemonState(pidfile, Kind.UNKNOWN, 0, 0);
        }
    }

    private static boolean isWorkerd(long pid) {
        return ProcessStatus.of(pid)
                .filter(process -> process.name().equals("workerd"))
                .isPresent();
    }

    boolean isRunning() {
        return kind == Kind.RUNNING;
    }
}
