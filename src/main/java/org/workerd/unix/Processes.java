package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.LONG;
import static org.workerd.unix.Libc.POINTER;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;

/**
 * Signals to processes, and the wait for our own. Never waits for any child: that would steal the JDK's. Thread-safe.
 */
public final class Processes {
    public static final int KILL = 9;
    public static final int STOP = 19;
    public static final int CONTINUE = 18;
    public static final int TERM = 15;

    private static final Libc KILL_CALL = Libc.bind("kill", INT, INT);
    private static final Libc WAIT4 = Libc.bind("wait4", INT, POINTER, INT, POINTER);
    private static final Libc SYSCALL = Libc.bind("syscall", LONG, LONG, LONG, LONG, LONG);
    private static final Libc SIGNAL = Libc.bind("signal", INT, LONG);
    private static final Libc PRCTL = Libc.bind("prctl", INT, LONG, LONG, LONG, LONG);
    private static final Libc UMASK = Libc.bind("umask", INT);

    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;
    private static final int SET_CHILD_SUBREAPER = 36;
    private static final int NO_HANG = 1;

    /** What we spawned and nobody has waited for yet. */
    private static final Set<Integer> STARTED = ConcurrentHashMap.newKeySet();

    private Processes() {}

    static void started(int pid) {
        STARTED.add(pid);
    }

    /** A child of what ran in this process before us. */
    public static void inherited(int pid) {
        STARTED.add(pid);
    }

    static boolean hasStarted(int pid) {
        return STARTED.contains(pid);
    }

    /** How a process ended: one of the two. */
    public sealed interface End {
        record Exit(int code) implements End {}

        record Signal(int number) implements End {}
    }

    /** A descriptor of the process, readable once it has ended. Sure only for a child that nobody has waited for. */
    public static int open(int pid) {
        return SYSCALL.call("cannot watch process " + pid, PIDFD_OPEN, (long) pid, 0L, 0L, 0L);
    }

    /** False: there is no such process any more. */
    public static boolean signal(int descriptor, int signal) {
        return delivered(SYSCALL.invoke(PIDFD_SEND_SIGNAL, (long) descriptor, (long) signal, 0L, 0L), "a process");
    }

    /** False: there is no such group. Only for a group whose leader is ours and not yet waited for. */
    public static boolean signalGroup(int group, int signal) {
        if (group <= 1) {
            throw new IllegalArgumentException("a process group must be more than 1, was " + group);
        }
        return delivered(KILL_CALL.invoke(-group, signal), "process group " + group);
    }

    /** Takes the end of a child that has ended, or waits for it. Its number is free for others afterwards. */
    public static End reap(int pid) {
        int[] status = new int[1];
        WAIT4.call("cannot wait for process " + pid, pid, status, 0, 0L);
        STARTED.remove(pid);
        return end(status[0]);
    }

    /** Empty: it has not ended yet, or is no child of ours. */
    public static Optional<End> reapIfEnded(int pid) {
        int[] status = new int[1];
        if (WAIT4.invoke(pid, status, NO_HANG, 0L) != pid) {
            return Optional.empty();
        }
        STARTED.remove(pid);
        return Optional.of(end(status[0]));
    }

    /** From now on, descendants whose parent has died become our children, not those of init. */
    public static void adoptOrphans() {
        PRCTL.call("cannot become a subreaper", SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    }

    /** Undoes what a parent made of the signal: one ignored by nohup, or by a shell's {@code &}, would never arrive. */
    public static void defaultAction(int signal) {
        SIGNAL.invoke(signal, 0L);
    }

    static void ignore(int signal) {
        SIGNAL.invoke(signal, 1L);
    }

    /** The one that held before. */
    public static int umask(int mask) {
        return UMASK.invoke(mask);
    }

    private static End end(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new End.Exit(status >> 8 & 0xff) : new End.Signal(signal);
    }

    private static boolean delivered(int result, String whom) {
        if (result == 0) {
            return true;
        }
        int errno = Libc.errno();
        if (errno == Errno.ESRCH.intValue()) {
            return false;
        }
        throw new UnixException("cannot signal " + whom, errno);
    }
}
