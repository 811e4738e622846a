package org.workerd.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What strace wrote down of many processes, in the one order in which it saw it. */
public final class Trace {
    private static final String CALLS = "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,"
            + "sync_file_range,truncate,ftruncate,fallocate,copy_file_range,sendfile,link,linkat,rename,renameat,"
            + "renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat";

    private final Path root;
    private final List<Moment> moments = new ArrayList<>();
    /** By the id of the thread: what it asked for and has no answer to. */
    private final Map<String, Optional<Call>> open = new HashMap<>();

    /** A call is entered, or has returned and succeeded. */
    public record Moment(Call call, boolean isReturn) {
        public void apply(Disk disk) {
            if (isReturn) {
                call.returned(disk);
            } else {
                call.entered(disk);
            }
        }
    }

    private Trace(Path root) {
        this.root = root;
    }

    /** What runs a command and writes down what it and all that it starts do. */
    public static List<String> recorder(Path file) {
        return List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-xx",
                "-y",
                "-s",
                "4000000",
                "-o",
                file.toString(),
                "-e",
                "signal=none",
                "-e",
                "trace=" + CALLS);
    }

    /** All that was done below this directory. */
    public static List<Moment> read(Path file, Path root) {
        Trace trace = new Trace(root);
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                trace.take(line);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return trace.moments;
    }

    /** {@code 12 fsync(3<path>) = 0}, or in two lines {@code 12 fsync(3<path> <unfinished ...>}, {@code 12 <... fsync resumed>) = 0}. */
    private void take(String line) {
        int space = line.indexOf(' ');
        String thread = line.substring(0, space);
        String rest = line.substring(space).strip();
        if (rest.startsWith("<... ")) {
            end(thread, rest);
        } else if (!rest.startsWith("+++")) {
            begin(thread, rest);
            if (!rest.endsWith("<unfinished ...>")) {
                end(thread, rest);
            }
        }
    }

    private void begin(String thread, String line) {
        int arguments = line.indexOf('(');
        int end = line.endsWith("<unfinished ...>") ? line.lastIndexOf('<') : line.lastIndexOf(") ");
        Optional<Call> call = new Line(
                        line.substring(0, arguments),
                        line.substring(arguments + 1, end).strip(),
                        root)
                .call();
        call.ifPresent(begun -> moments.add(new Moment(begun, false)));
        open.put(thread, call);
    }

    private void end(String thread, String line) {
        boolean failed = line.substring(line.lastIndexOf(" = ") + 3).matches("(-|\\?).*");
        Optional<Call> call = open.remove(thread);
        if (call != null && call.isPresent() && !failed) {
            moments.add(new Moment(call.get(), true));
        }
    }
}
