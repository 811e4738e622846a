package org.workerd.unix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * One process as /proc shows it at one moment. A pid alone names nobody: with the start time it does, until reboot.
 *
 * @param startTime in clock ticks since boot
 */
public record ProcessInfo(int pid, char state, int parent, int group, int session, long startTime) {
    private static final Path PROC = Path.of("/proc");
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final String CHILDREN = "/proc/" + SELF + "/task/" + SELF + "/children";
    /** PF_EXITING of the kernel. */
    private static final long EXITING = 4;
    /** PF_KTHREAD. */
    private static final long OF_THE_KERNEL = 0x200000;

    private static final int FLAGS = 6;
    /** Where it begins, and in the next field where it ends; 0 while there is none yet. */
    private static final int ENVIRONMENT = 47;

    private static final Duration EXEC_LOOK = Duration.ofMillis(1);
    private static final int EXEC_LOOKS = 1_000;
    /** It may go between two of them. */
    private static final int LOOKS = 3;

    /**
     * Empty: there is no such process.
     *
     * @throws UncheckedIOException when nobody can tell, for want of a descriptor
     */
    public static Optional<ProcessInfo> of(int pid) {
        for (int look = 0; look < LOOKS; look++) {
            Optional<String> stat = ProcFile.read("/proc/" + pid + "/stat");
            if (stat.isPresent()) {
                return stat.map(text -> parse(pid, text));
            }
            if (!Files.exists(file(pid, ""))) {
                return Optional.empty();
            }
        }
        throw new UncheckedIOException(new IOException("cannot read /proc/" + pid + "/stat"));
    }

    public static ProcessInfo self() {
        int pid = (int) ProcessHandle.current().pid();
        return of(pid).orElseThrow(() -> new IllegalStateException("cannot read /proc/" + pid + "/stat"));
    }

    /** Every process that there is. */
    public static List<ProcessInfo> all() {
        List<ProcessInfo> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                of(Integer.parseInt(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read /proc", failure);
        }
        return found;
    }

    /**
     * The processes that became our children because their parent died. Not what {@link Spawn} started: the kernel
     * hands the children of a thread that ended to the main thread too.
     */
    public static List<ProcessInfo> adopted() {
        Optional<String> children = ProcFile.read(CHILDREN);
        if (children.isEmpty()) {
            // The kernel is built without that list, or we are short of descriptors: then this fails, and says so.
            return all().stream()
                    .filter(process -> process.parent() == SELF && !Processes.hasStarted(process.pid()))
                    .toList();
        }
        List<ProcessInfo> found = new ArrayList<>();
        for (String pid : children.get().split(" ", -1)) {
            if (!pid.isBlank() && !Processes.hasStarted(Integer.parseInt(pid.strip()))) {
                of(Integer.parseInt(pid.strip())).ifPresent(found::add);
            }
        }
        return found;
    }

    /**
     * Its environment, {@code NAME=value} each, as it was given at exec; empty when it is not ours to read. In the
     * midst of an exec the kernel shows none: then this waits until it can tell, a second at most.
     */
    public List<String> environment() {
        for (int look = 0; look < EXEC_LOOKS; look++) {
            // Before it is read: what has none now may have one after the next exec, and the same one.
            boolean none = hasNoEnvironment();
            Optional<String> variables = ProcFile.readAtOnce("/proc/" + pid + "/environ");
            if (variables.isPresent() && !variables.get().isEmpty()) {
                return List.of(variables.get().split("\0", -1));
            }
            if (variables.isEmpty() || none) {
                return List.of();
            }
            LockSupport.parkNanos(EXEC_LOOK.toNanos());
        }
        return List.of();
    }

    /** It is gone, on its way out, a thread of the kernel, or was given none. */
    private boolean hasNoEnvironment() {
        Optional<String> stat = ProcFile.read("/proc/" + pid + "/stat");
        if (stat.isEmpty()) {
            return true;
        }
        String[] fields = fields(stat.get());
        boolean withoutMemory = (Long.parseLong(fields[FLAGS]) & (EXITING | OF_THE_KERNEL)) != 0;
        return withoutMemory
                || (!fields[ENVIRONMENT].equals("0") && fields[ENVIRONMENT].equals(fields[ENVIRONMENT + 1]));
    }

    /** On its way out, as /proc/PID/stat says. */
    static boolean isExiting(String stat) {
        return (Long.parseLong(fields(stat)[FLAGS]) & EXITING) != 0;
    }

    /** It has ended; only its number is left, until its parent waits for it. */
    public boolean isZombie() {
        return state == 'Z' || state == 'X';
    }

    /** This boot of the machine: pids and start times of another one mean nothing. */
    public static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the boot id", failure);
        }
    }

    /** Our PID namespace: numbers of processes mean nothing in another one. Empty: the kernel does not tell. */
    public static String pidNamespace() {
        return link(Path.of("/proc/self/ns/pid"));
    }

    /** It sees the same process numbers as we do; also when the kernel does not tell. */
    public boolean isInOurPidNamespace() {
        String theirs = link(file(pid, "ns/pid"));
        return theirs.isEmpty() || theirs.equals(pidNamespace());
    }

    /** What it calls by this absolute path is the file that we do. */
    public boolean sees(Path path) {
        Path theirs = file(pid, "root").resolve(Path.of("/").relativize(path));
        try {
            return Files.isSameFile(path, theirs);
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Whether one of its descriptors is this file; false, too, when it is not ours to see. */
    public boolean hasOpen(Path file) {
        return hasDescriptor(descriptor -> Files.isSameFile(descriptor, file));
    }

    /** Whether one of its descriptors is an open file by which it holds a {@link ByteLock} of this file, there. */
    public boolean holdsByteLock(Path locked, long at) {
        return hasDescriptor(descriptor -> isLocked(descriptor, locked, at));
    }

    private interface Sought {
        boolean is(Path descriptor) throws IOException;
    }

    private boolean hasDescriptor(Sought sought) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(file(pid, "fd"))) {
            for (Path descriptor : descriptors) {
                if (isOpen(descriptor, sought)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean isOpen(Path descriptor, Sought sought) {
        try {
            return sought.is(descriptor);
        } catch (IOException closed) {
            return false;
        }
    }

    private boolean isLocked(Path descriptor, Path locked, long at) throws IOException {
        return Files.isSameFile(descriptor, locked)
                && ProcFile.read(file(pid, "fdinfo/" + descriptor.getFileName()).toString()).stream()
                        .flatMap(String::lines)
                        .anyMatch(line -> line.contains(" OFDLCK ") && line.endsWith(" " + at + " " + at));
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException untold) {
            return "";
        }
    }

    private static Path file(int pid, String name) {
        return PROC.resolve(Integer.toString(pid)).resolve(name);
    }

    /** From its state on. The name, in parentheses, may hold spaces and parentheses itself. */
    private static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
    }

    private static ProcessInfo parse(int pid, String stat) {
        String[] fields = fields(stat);
        return new ProcessInfo(
                pid,
                fields[0].charAt(0),
                Integer.parseInt(fields[1]),
                Integer.parseInt(fields[2]),
                Integer.parseInt(fields[3]),
                Long.parseLong(fields[19]));
    }
}
