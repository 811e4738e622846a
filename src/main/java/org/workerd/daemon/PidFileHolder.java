package org.workerd.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workerd.unix.LockHolders;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.ProcessStatus;

/**
 * Who keeps the lock of a pidfile, once trying it has shown that somebody does. The launcher judges by the same rules.
 *
 * @param named the pid in the file; 0: there is none
 * @param pid of a process here that took the lock; 0: the kernel names none, for it is in another PID namespace
 */
public record PidFileHolder(Kind kind, long named, long pid) {
    /** What the holder is. */
    public enum Kind {
        /** The process of its user that the file names: a daemon, whatever it is called. */
        DAEMON,
        /** The file names a daemon, and the holder is in another PID namespace. */
        ELSEWHERE,
        /** A daemon that starts or ends, or a process of root or of the file's user that is no daemon. */
        UNNAMED,
        /** Neither root nor the file's user: whoever may read the file can lock it. */
        STRANGER
    }

    private static final int LONGEST = 32;
    private static final Pattern PID = Pattern.compile("([1-9][0-9]{0,9})\\n?");

    /**
     * Asked now.
     *
     * @throws IOException when the file cannot be read
     */
    public static PidFileHolder of(Path pidfile) throws IOException {
        long named = pid(pidfile);
        Set<Long> holders = LockHolders.of(pidfile);
        if (holders.isEmpty()) {
            return new PidFileHolder(named == 0 ? Kind.UNNAMED : Kind.ELSEWHERE, named, 0);
        }
        long holder = holders.contains(named) ? named : holders.iterator().next();
        int owner = (int) Files.getAttribute(pidfile, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return new PidFileHolder(kind(pidfile, named, holders, owner), named, holder);
    }

    private static Kind kind(Path pidfile, long named, Set<Long> holders, int owner) {
        if (holders.contains(named)
                && ProcessStatus.of(named)
                        .filter(process -> isDaemon(process, owner))
                        .isPresent()) {
            return Kind.DAEMON;
        }
        boolean isOurs = holders.stream().anyMatch(holder -> ProcessStatus.of(holder)
                .map(process -> isTrusted(process, owner))
                .orElseGet(() -> isOpenFor(pidfile, owner)));
        return isOurs ? Kind.UNNAMED : Kind.STRANGER;
    }

    /** One that was just killed holds its lock for some more milliseconds; then it is ours to have. */
    private static boolean isDaemon(ProcessStatus process, int owner) {
        return process.user() == owner && !process.isDying();
    }

    private static boolean isTrusted(ProcessStatus process, int owner) {
        return process.user() == 0 || process.user() == owner;
    }

    /** Who took the lock has ended, and left it to a process that it had started: is that one root's or the owner's? */
    private static boolean isOpenFor(Path pidfile, int owner) {
        long self = ProcessHandle.current().pid();
        return ProcessInfo.all().stream()
                .filter(process -> process.pid() != self && process.hasOpen(pidfile))
                .anyMatch(process -> ProcessStatus.of(process.pid())
                        .filter(status -> isTrusted(status, owner))
                        .isPresent());
    }

    /** The pid in the file; 0: it holds none. */
    public static long pid(Path pidfile) throws IOException {
        if (!Files.isRegularFile(pidfile, LinkOption.NOFOLLOW_LINKS) || Files.size(pidfile) > LONGEST) {
            return 0;
        }
        Matcher matcher = PID.matcher(Files.readString(pidfile, StandardCharsets.ISO_8859_1));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
