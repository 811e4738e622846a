package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.workerd.ops.ListenState;

/** Who listens on a port or a unix socket of this machine, as far as we may see. */
final class PortHolder {
    private static final String LISTENING = "0A";
    private static final Path UNIX = Path.of("/proc/net/unix");
    /** Of the flags of a unix socket: it accepts connections. */
    private static final String ACCEPTING = "00010000";

    private PortHolder() {}

    /** In words: {@code pid 42 (nginx)}; empty: nobody does, or he is not ours to see. */
    static Optional<String> of(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.isReadable(Path.of(table))) {
                try (Stream<String> lines = Files.lines(Path.of(table))) {
                    lines.map(line -> line.strip().split("\\s+"))
                            .filter(words -> words.length > 9 && words[3].equals(LISTENING))
                            .filter(words -> words[1].endsWith(String.format(Locale.ROOT, ":%04X", port)))
                            .forEach(words -> sockets.add("socket:[" + words[9] + "]"));
                }
            }
        }
        return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    }

    /**
     * The same of a unix socket. The kernel knows it by the name under which it was bound: of a daemon of ours that is
     * another one, from before it had its permissions.
     */
    static Optional<String> of(Path socket) throws IOException {
        Set<String> names = Set.of(socket.toString(), ListenState.fresh(socket).toString());
        Set<String> sockets = new HashSet<>();
        if (Files.isReadable(UNIX)) {
            try (Stream<String> lines = Files.lines(UNIX, StandardCharsets.ISO_8859_1)) {
                lines.map(line -> line.strip().split("\\s+", 8))
                        .filter(words -> words.length == 8 && words[3].equals(ACCEPTING) && names.contains(words[7]))
                        .forEach(words -> sockets.add("socket:[" + words[6] + "]"));
            }
        }
        return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    }

    private static Optional<String> holder(Set<String> sockets) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    return Optional.of("pid " + process.getFileName() + " (" + name(process) + ")");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path link : open) {
                if (sockets.contains(Files.readSymbolicLink(link).toString())) {
                    return true;
                }
            }
        } catch (IOException goneOrNotOurs) {
            return false;
        }
        return false;
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException gone) {
            return "gone by now";
        }
    }
}
