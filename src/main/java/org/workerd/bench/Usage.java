package org.workerd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What processes have used, as /proc tells. Stateless. */
final class Usage {
    /** Of Linux on all that we run on; what the kernel shows is in these whatever its own timer does. */
    private static final double TICKS_PER_SECOND = 100;

    private Usage() {}

    /** Seconds of CPU of a process, with or without the children that it has waited for. */
    static double cpu(String pid, boolean withChildren) throws IOException {
        String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        long children = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        return (withChildren ? ticks + children : ticks) / TICKS_PER_SECOND;
    }

    /** Seconds of CPU of the children that a process has waited for. */
    static double cpuOfChildren(String pid) throws IOException {
        return cpu(pid, true) - cpu(pid, false);
    }

    /** Nanoseconds of CPU of each thread that lives, by its number. */
    static Map<String, Long> cpuOfThreads(String pid) throws IOException {
        Map<String, Long> nanos = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", pid, "task"))) {
            for (Path thread : threads) {
                nanos.put(String.valueOf(thread.getFileName()), scheduled(thread));
            }
        }
        return nanos;
    }

    /** Seconds of CPU since then, of those that still live. */
    static double cpuOfThreadsSince(Map<String, Long> before, String pid) throws IOException {
        double nanos = 0;
        for (Map.Entry<String, Long> thread : cpuOfThreads(pid).entrySet()) {
            nanos += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return nanos / 1e9;
    }

    /** Seconds of CPU of the thread that asks. */
    static double cpuOfThisThread() throws IOException {
        return scheduled(Path.of("/proc/thread-self")) / 1e9;
    }

    private static long scheduled(Path thread) throws IOException {
        return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
    }

    /** What of a process is in memory, in MB. */
    static double residentMegabytes(String pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", pid, "status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/" + pid + "/status does not say how much memory the process uses");
    }
}
