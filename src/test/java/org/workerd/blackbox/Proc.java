package org.workerd.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A process as /proc shows it, at one moment. */
record Proc(int pid, String name, char state, int parent, int group, int session, int terminal, long startTime) {
    static Optional<Proc> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(new Proc(
                    (int) pid,
                    stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
                    fields[0].charAt(0),
                    Integer.parseInt(fields[1]),
                    Integer.parseInt(fields[2]),
                    Integer.parseInt(fields[3]),
                    Integer.parseInt(fields[4]),
                    Long.parseLong(fields[19])));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    static List<Proc> all() {
        List<Proc> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                of(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        return found;
    }

    /** Whoever has the path in the environment or the command line, or stands in it; a daemon or what it ran. */
    static List<Proc> of(Path installation) {
        String place = installation.toString();
        long self = ProcessHandle.current().pid();
        return all().stream()
                .filter(process -> process.pid != self)
                .filter(process -> process.read("environ").contains(place)
                        || process.read("cmdline").contains(place)
                        || process.directory().startsWith(place))
                .toList();
    }

    static boolean isAlive(long pid) {
        return of(pid).filter(process -> process.state != 'Z' && process.state != 'X')
                .isPresent();
    }

    boolean isZombie() {
        return state == 'Z';
    }

    /** Only its number is left: its other threads, and with them its locks, are gone too. */
    boolean isOver() {
        return isZombie() && status("Threads").matches("[01]?");
    }

    /** A line of /proc/PID/status. */
    String status(String field) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    List<String> commandLine() {
        return List.of(read("cmdline").split("\0", -1));
    }

    List<String> environment() {
        return List.of(read("environ").split("\0", -1));
    }

    String directory() {
        return link("cwd");
    }

    /** What each of its descriptors is. */
    Map<Integer, String> descriptors() {
        Map<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path entry : entries) {
                int number = Integer.parseInt(entry.getFileName().toString());
                found.put(number, link("fd/" + number));
            }
        } catch (IOException gone) {
            return found;
        }
        return found;
    }

    int threads() {
        return Integer.parseInt(status("Threads"));
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid, file), ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private String link(String file) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid, file)).toString();
        } catch (IOException gone) {
            return "";
        }
    }
}
