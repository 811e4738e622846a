package org.workerd.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.workerd.config.Settings;
import org.workerd.store.QueueUrl;

/** What the process and its disk use, as metrics, under the names that every exporter has. */
final class MachineFigures {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]+) .*");
    private static final double MILLIS = 1_000.0;
    private static final int KIBI = 1 << 10;

    private final Gauge bytes;
    private final Gauge free;
    private final Gauge resident;
    private final Gauge openFiles;

    MachineFigures(PrometheusRegistry registry) {
        this.bytes = Metrics.gauge(registry, "workerd_store_bytes", "Size of the queue's files", "file");
        this.free = Metrics.gauge(registry, "workerd_disk_free_bytes", "Room on the disk of this directory", "dir");
        this.resident = Metrics.gauge(registry, "process_resident_memory_bytes", "Memory of the daemon's process");
        this.openFiles = Metrics.gauge(registry, "process_open_fds", "Files that the daemon has open");
        Metrics.gauge(registry, "process_max_fds", "Files that it may have open")
                .set(number(Path.of("/proc/self/limits"), OPEN_FILES));
        double started = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> start.toEpochMilli() / MILLIS)
                .orElse(Double.NaN);
        Metrics.gauge(registry, "process_start_time_seconds", "When the process started, as a Unix time")
                .set(started);
        Metrics.gauge(registry, "workerd_start_time_seconds", "When the daemon started, as a Unix time")
                .set(started);
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("CPU time of the daemon's process")
                .callback(counter -> counter.call(cpuSeconds()))
                .register(registry);
    }

    private static double cpuSeconds() {
        Duration used = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return used.toMillis() / MILLIS;
    }

    /** Sizes of files only: to open the queue's with Java and close them again would take its locks away. */
    void ask(Settings settings) throws IOException {
        if (settings.queue() instanceof QueueUrl.Sqlite sqlite) {
            for (String suffix : List.of("", "-wal")) {
                Path file = sqlite.file().resolveSibling(sqlite.file().getFileName() + suffix);
                bytes.labelValues(suffix.isEmpty() ? "db" : "wal")
                        .set((double) (Files.exists(file) ? Files.size(file) : 0));
            }
        }
        Path directory = settings.directory().path();
        free.labelValues(directory.toString()).set((double) directory.toFile().getUsableSpace());
        resident.set(number(Path.of("/proc/self/status"), RESIDENT) * KIBI);
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            openFiles.set((double) open.count());
        }
    }

    private static double number(Path file, Pattern line) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.map(line::matcher)
                    .filter(Matcher::matches)
                    .mapToDouble(found -> Double.parseDouble(found.group(1)))
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException unknown) {
            return Double.NaN;
        }
    }
}
