package org.workerd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.sqlite.SqliteEngine;

/** A private installation below a directory, and its command line, run within this process. */
public final class Cli {
    public static final Instant NOW = Instant.parse("2026-11-23T12:00:00.250Z");

    private final Path directory;
    private InputStream input = InputStream.nullInputStream();
    private Console.Screen screen = Console.Screen.NONE;

    /** What a command said, and its exit status. */
    public record Said(int status, String out, String err) {}

    public Cli(Path directory) throws IOException {
        this.directory = directory;
        Path handlers = Files.createDirectory(directory.resolve("handlers"));
        Files.setPosixFilePermissions(handlers, PosixFilePermissions.fromString("rwxr-xr-x"));
        handler("mail");
        handler("resize");
        settings("");
    }

    void settings(String more) throws IOException {
        Files.writeString(
                directory.resolve("workerd.toml"),
                """
                [daemon]
                pidfile = "workerd.pid"
                [queue]
                url = "sqlite:queue/queue.db"
                [handlers]
                dir = "handlers"
                [log]
                file = "workerd.log"
                """
                        + more);
    }

    Path handler(String name) throws IOException {
        Path file = Files.writeString(directory.resolve("handlers").resolve(name), "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    Path directory() {
        return directory;
    }

    Path queueFile() {
        return directory.resolve("queue/queue.db");
    }

    public Cli withInput(String text) {
        return withInput(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    public Cli withInput(InputStream stream) {
        input = stream;
        return this;
    }

    public Cli onTerminal(int columns) {
        screen = new Console.Screen(true, true, true, () -> columns);
        return this;
    }

    public Said run(String... arguments) {
        return run(new ByteArrayOutputStream(), arguments);
    }

    public Said run(ByteArrayOutputStream out, String... arguments) {
        Said said = runInto(out, arguments);
        return new Said(said.status(), out.toString(UTF_8), said.err());
    }

    /** The data goes into a stream of which nothing is read again. */
    Said runInto(OutputStream out, String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = run(out, err, arguments);
        return new Said(status, "", err.toString(UTF_8));
    }

    /** What it says goes there, to be read while it still runs. */
    Said runSaying(ByteArrayOutputStream err, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = run(out, err, arguments);
        return new Said(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    private int run(OutputStream out, OutputStream err, String... arguments) {
        Console console = new Console(input, out, err, screen);
        Environment environment =
                new Environment(Map.of("NO_COLOR", "1"), false, 2, Path.of("/nonexistent/workerd.toml"));
        String[] all = new String[arguments.length + 2];
        all[0] = "-c";
        all[1] = directory.resolve("workerd.toml").toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return new Main(console, environment, InstantSource.fixed(NOW)).execute(all);
    }

    // ---- the queue itself

    SqliteEngine database() {
        return new SqliteEngine(queueFile(), Duration.ofSeconds(10));
    }

    <T> T transaction(Function<Moves, T> work) {
        try {
            Files.createDirectories(queueFile().getParent());
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
        try (JobStore store = database().openOrCreate()) {
            return store.transaction(work);
        }
    }

    /** As any program may; with a time of its own, so that what is printed is known. */
    void insert(String columns, String values) throws SQLException {
        transaction(moves -> 0);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + queueFile());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into jobs (created_at, " + columns + ") values ("
                    + NOW.minusSeconds(180).toEpochMilli() + ", " + values + ")");
        }
    }

    long enqueue(String name) {
        return transaction(
                moves -> moves.enqueue(org.workerd.job.NewJob.of(name)).id());
    }

    long enqueueAfter(long parent) {
        return transaction(
                moves -> moves.enqueue(org.workerd.job.NewJob.of("after").withAfter(List.of(parent)))
                        .id());
    }

    /** Claims the next job that is ready, as a daemon of pid 4711 would. */
    Claim claim() {
        transaction(moves -> moves.promote(NOW, 100));
        return transaction(moves -> {
            long daemon = moves.register(4711, "here", 1, NOW.minusSeconds(100));
            return moves.claim(daemon, moves.lanesWithReady(), 1, NOW.minusSeconds(60))
                    .get(0);
        });
    }

    void finish(Claim claim, Verdict verdict) {
        transaction(moves -> moves.finish(claim, verdict, 4711, NOW.minusSeconds(58)));
    }

    static Verdict done() {
        return new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), null);
    }

    static Verdict dead(String outcome, Integer code, Integer signal, String error) {
        return new Verdict.Dead(new Verdict.AttemptRow(outcome, code, signal, error), null);
    }

    static Verdict retry(int code) {
        return new Verdict.Retry(
                new Verdict.AttemptRow("failed", code, null, "exit code " + code), NOW.minus(Duration.ofSeconds(50)));
    }

    static Verdict cancelled() {
        return new Verdict.Cancel(new Verdict.AttemptRow("cancelled", null, 15, "no longer wanted"));
    }

    public List<JobView> jobs() {
        if (!Files.exists(queueFile())) {
            return List.of();
        }
        try (JobQueries queries = database().openForReading()) {
            return queries.list(JobQueries.Filter.ALL, 1_000_000).jobs();
        }
    }

    /** A copy of the queue as it is; nobody has it open. */
    Path save() throws IOException {
        Path copy = Files.createTempFile(directory, "queue", ".db");
        Files.copy(queueFile(), copy, StandardCopyOption.REPLACE_EXISTING);
        return copy;
    }

    void restore(Path copy) throws IOException {
        Files.copy(copy, queueFile(), StandardCopyOption.REPLACE_EXISTING);
    }

    public JobView job(long id) {
        try (JobQueries queries = database().openForReading()) {
            return queries.find(id).orElseThrow();
        }
    }
}
