package org.workerd.store.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.Posix;
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

    /**
     * Waits until nobody has the other end of its input: then the daemon is dead. Ends the groups of its attempts, which
     * began when or after the ledger says, with nothing but the shell itself, for there may be no room for more processes;
     * then what left its group, by the mark in its environment. Looks again until nothing is left, however long that takes.
     * A shell reads a file byte by byte, so it reads what is in /proc once for all attempts.
     */
    static final String SCRIPT =
            """
            ledger=$1 mark=$2
            read -r word
            [ "$word" = over ] && exit 0
            round=0
            while :; do
                begun=' ' session=''
                while read -r line; do
                    pid='' start=''
                    for word in $line; do
                        case $word in
                            sid=*) session=${word#sid=} ;;
                            pid=*) pid=${word#pid=} ;;
                            start=*) start=${word#start=} ;;
                        esac
                    done
                    case $line in workerd\\ *) continue ;; esac
                    case $pid in '' | 0 | *[!0-9]*) continue ;; esac
                    begun="$begun$pid:$start "
                done <"$ledger"
                left=''
                for stat in /proc/[0-9]*/stat; do
                    read -r text <"$stat" || continue
                    process=${stat#/proc/} process=${process%/stat}
                    # After the name: state, parent, group, session; the start is the twentieth.
                    set -- ${text##*) }
                    case $begun in *" $3:"*) ;; *) continue ;; esac
                    since=${begun#*" $3:"} since=${since%% *}
                    if [ "$4" = "$session" ] && [ "${20}" -ge "$since" ] && [ "$1" != Z ]; then
                        kill -KILL "$process" && left=1
                    fi
                done
                if [ -z "$left" ]; then
                    for process in $(grep -lsz "^WORKERD_RESULT=$mark" /proc/[0-9]*/environ); do
                        process=${process#/proc/}
                        kill -KILL "${process%/environ}" && left=1
                    done
                fi
                [ -n "$left" ] || exit 0
                round=$((round + 1))
                [ "$round" -lt 100 ] || sleep 1
            done 2>/dev/null
            """;

    private static final Pattern SPECIAL = Pattern.compile("[.*\\[\\\\^$]");

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
            try {
                Posix.write(pipe, "over\n");
            } catch (UnixException killed) {
                LOG.debug("the guardian was killed: {}", killed.getMessage());
            }
            Posix.close(pipe);
            Processes.reap(pid);
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
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot look at our descriptors", failure);
        }
        throw new IllegalStateException("the connection to the server is none of our sockets");
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.US_ASCII).stream();
        } catch (IOException none) {
            return Stream.empty(); // a kernel without IPv6
        }
    }
}
