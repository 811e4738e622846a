package org.workerd.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Utf8;
import org.workerd.cli.text.When;
import org.workerd.job.NewJob;
import org.workerd.ops.BatchLine;
import picocli.CommandLine.Option;

/** The options of {@code enqueue} that say what one job is like. */
final class JobOptions {
    @Option(
            names = "--payload",
            paramLabel = "TEXT|@FILE|-",
            description = "input for the handler's stdin: the text, the content of FILE, or - to pass on stdin")
    @Nullable
    String payload;

    @Option(names = "--queue", paramLabel = "Q", description = "the queue (default)")
    @Nullable
    String queue;

    @Option(names = "--priority", paramLabel = "N", description = "-100 to 100, higher first (0)")
    @Nullable
    Integer priority;

    @Option(
            names = "--delay",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "run after this long: 30s, 10m, 2h, 7d, 1h30m")
    @Nullable
    Duration delay;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "run at this time, like 2026-12-24T18:00:00+01:00, or in local time like 18:00,"
                    + " \"tomorrow 18:00\" or \"2026-12-24 18:00\"")
    @Nullable
    When at;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "unique key: if a job with it has not ended yet, store nothing and print its id")
    @Nullable
    String key;

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            description = "dead after this many failures (jobs.max_attempts)")
    @Nullable
    Integer maxAttempts;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "time limit of an attempt (jobs.timeout)")
    @Nullable
    Duration timeout;

    @Option(
            names = "--after",
            paramLabel = "ID",
            converter = Converters.JobId.class,
            description = "run only when this job is done; may be repeated")
    List<Long> after = List.of();

    @Option(names = "--tag", paramLabel = "T", description = "a word by which list --tag finds it; may be repeated")
    List<String> tags = List.of();

    /** None of them was given. */
    boolean isEmpty() {
        return after.isEmpty()
                && tags.isEmpty()
                && Stream.of(payload, queue, priority, delay, at, key, maxAttempts, timeout)
                        .allMatch(Objects::isNull);
    }

    /** The job that they describe. */
    NewJob job(String name, List<String> args, Instant now, InputStream input) throws IOException {
        if (delay != null && at != null) {
            throw Usage.wrong("enqueue", "--delay and --at cannot be used together");
        }
        return NewJob.named(name)
                .args(args)
                .payload(payload == null ? null : payload("enqueue", payload, input))
                .queue(queue == null ? NewJob.DEFAULT_QUEUE : queue)
                .priority(priority == null ? 0 : priority)
                .runAt(BatchLine.runAt(delay, at == null ? null : at.at(now, ZoneId.systemDefault()), now))
                .key(key)
                .maxAttempts(maxAttempts)
                .timeout(timeout)
                .after(after)
                .tags(tags)
                .build();
    }

    /** The text, a file's, or what stands on stdin. */
    static String payload(String command, String given, InputStream input) throws IOException {
        if (given.equals("-")) {
            return text(command, "stdin", input);
        }
        if (!given.startsWith("@")) {
            return given;
        }
        Path file = Path.of(given.substring(1));
        if (!Files.exists(file)) {
            throw Usage.wrong(command, "cannot read the payload: there is no file " + file);
        }
        if (Files.isDirectory(file)) {
            throw Usage.wrong(command, "cannot read the payload: " + file + " is a directory");
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            return text(command, file.toString(), bytes);
        }
    }

    private static String text(String command, String from, InputStream bytes) throws IOException {
        // Not the stream's own readNBytes: the one of stdin seeks, and a pipe cannot.
        byte[] read = new BufferedInputStream(bytes).readNBytes(NewJob.LONGEST_PAYLOAD + 1);
        if (read.length > NewJob.LONGEST_PAYLOAD) {
            throw Usage.wrong(command, "the payload must be at most 1 MiB; " + from + " has more");
        }
        return Utf8.decode(read, read.length)
                .orElseThrow(() -> Usage.wrong(command, "the payload must be UTF-8 text; " + from + " is not"));
    }
}
