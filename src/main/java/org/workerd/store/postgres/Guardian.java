package org.workerd.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.store.DaemonStore;
import org.workerd.store.StoreException;
import org.workerd.unix.Posix;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;
import org.workerd.unix.UnixException;

/**
 * A small shell that keeps a copy of the socket of the daemon's session. When the daemon is killed it ends what that left
 * running, by its ledger, and then itself; only then does the server see the connection close, and free the daemon's
 * lock. So no other machine is given a job whose program still runs here.
 */
final class Guardian implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);

    static final String SCRIPT = script();

    private static final Pattern SPECIAL = Pattern.compile("[.*\\[\\\\^$]");

    /** It takes some milliseconds, but for a machine that is very busy. */
    private static final Duration LONGEST_BEGIN = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(5);

    private static final int SOCKET = 3;
    private static final int READING = 0;
    private static final int WRITING = 1;
    /** Of a line of /proc/net/tcp: both ends as hexadecimal numbers, and the socket's inode. */
    private static final int LOCAL = 1;

    private static final int INODE = 9;

    private final int pid;
    private final int pipe;
    private boolean open = true;

    private Guardian(int pid, int pipe) {
        this.pid = pid;
        this.pipe = pipe;
    }

    /**
     * Starts it.
     *
     * @param port of our end of the connection
     * @param ledger what the daemon runs
     * @param scratch whose paths are the mark of its attempts
     */
    static Guardian start(int port, Path ledger, Path scratch) {
        int socket = socketOf(port);
        int[] pipe = Posix.pipe();
        try {
            int pid = new Spawn(
                            Path.of("/bin/sh"),
                            List.of("sh", "-c", SCRIPT, "workerd-guardian", ledger.toString(), mark(scratch)),
                            List.of("PATH=/usr/bin:/bin", "LC_ALL=C"),
                            Path.of("/"),
                            Spawn.Group.SESSION,
                            descriptors(pipe[READING], socket))
                    .start();
            return new Guardian(pid, pipe[WRITING]);
        } catch (RuntimeException failure) {
            Posix.close(pipe[WRITING]);
            throw failure;
        } finally {
            Posix.close(pipe[READING]);
        }
    }

    /** The input first: the number that the socket gets may be the pipe's in this process. */
    static List<Spawn.Descriptor> descriptors(int input, int socket) {
        return List.of(
                new Spawn.Copy(0, input), new Spawn.Copy(SOCKET, socket), Spawn.nullInput(1), Spawn.nullInput(2));
    }

    /** What the paths of all results begin with, as grep is to be told. */
    static String mark(Path scratch) {
        return SPECIAL.matcher(scratch + "/").replaceAll("\\\\$0");
    }

    /** The one that the version of the daemon had which ran in this process until now. */
    static Guardian inherit(DaemonStore.Guard guard) {
        Posix.closeOnExec(guard.pipe());
        Processes.inherited(guard.pid());
        return new Guardian(guard.pid(), guard.pipe());
    }

    /**
     * From now on it sees to it that programs stand still when the daemon cannot show the server that it lives, until
     * {@link #uncover}, or this is closed: for who executes another version of the daemon.
     *
     * @param left for how long nobody needs to know an answer of the server's
     * @throws StoreException it does not see to it: there may be no room for another process
     */
    DaemonStore.Guard cover(Duration left) {
        tell("cover " + Math.max(0, left.toMillis() / 10) + "\n");
        long until = System.nanoTime() + LONGEST_BEGIN.toNanos();
        while (!isCovering()) {
            if (System.nanoTime() - until >= 0 || !isAlive()) {
                uncover();
                throw new StoreException(
                        StoreException.Kind.UNREACHABLE, "the guardian of this daemon cannot watch the programs");
            }
            LockSupport.parkNanos(this, LOOK.toNanos());
        }
        return new DaemonStore.Guard(pid, pipe);
    }

    /** What watches meanwhile is the only child that it has. */
    private boolean isCovering() {
        return ProcessInfo.all().stream().anyMatch(process -> process.parent() == pid);
    }

    /** The daemon sees to that itself again; what was stopped goes on. */
    void uncover() {
        tell("uncover\n");
    }

    private void tell(String word) {
        try {
            Posix.write(pipe, word);
        } catch (UnixException killed) {
            LOG.debug("the guardian was killed: {}", killed.getMessage());
        }
    }

    /** False: somebody killed it. */
    boolean isAlive() {
        if (open && Processes.reapIfEnded(pid).isPresent()) {
            open = false;
            Posix.close(pipe);
        }
        return open;
    }

    /** The daemon lets go on purpose: nothing is to be ended. */
    @Override
    public void close() {
        if (isAlive()) {
            open = false;
            tell("over\n");
            Posix.close(pipe);
            Processes.reap(pid);
        }
    }

    /** All of it is read before another version may stand where ours did. */
    private static String script() {
        try (InputStream script = Objects.requireNonNull(Guardian.class.getResourceAsStream("guardian.sh"))) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the guardian's script", failure);
        }
    }

    /** The descriptor of ours whose local port this is. */
    private static int socketOf(int port) {
        Set<String> inodes = Stream.of("/proc/self/net/tcp", "/proc/self/net/tcp6")
                .flatMap(Guardian::lines)
                .map(line -> line.strip().split(" +"))
                .filter(fields ->
                        fields.length > INODE && fields[LOCAL].endsWith(String.format(Locale.ROOT, ":%04X", port)))
                .map(fields -> "socket:[" + fields[INODE] + "]")
                .collect(Collectors.toSet());
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && inodes.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        } catch (IOException | DirectoryIteratorException failure) {
            throw unknown(failure.getMessage());
        }
        throw unknown("there is none");
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.US_ASCII).stream();
        } catch (NoSuchFileException none) {
            return Stream.empty(); // a kernel without IPv6
        } catch (IOException failure) {
            throw unknown(failure.getMessage());
        }
    }

    /** There may be no descriptor left to look with, or the connection was closed meanwhile. */
    private static StoreException unknown(@Nullable String why) {
        return new StoreException(
                StoreException.Kind.UNREACHABLE, "cannot find the socket of the connection to the server: " + why);
    }
}
