package org.workerd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workerd.PostgresCluster;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.Engine;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Printed;
import org.workerd.store.Moves.Runner;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTable;
import org.workerd.store.copy.CopyTarget;
import org.workerd.store.copy.QueueCopy;

/** A queue with everything in it, from each engine to each. */
class QueueCopyTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
    private static final AtomicInteger MADE = new AtomicInteger();

    @TempDir
    private Path directory;

    enum Way {
        FILE_TO_SERVER,
        SERVER_TO_FILE,
        SERVER_TO_SERVER,
        FILE_TO_FILE
    }

    private Engine file() {
        return Engines.of(
                new QueueUrl.Sqlite(directory.resolve("queue" + MADE.incrementAndGet() + ".db")),
                Duration.ofSeconds(5));
    }

    private static QueueUrl.Postgres serverUrl() {
        return QueueUrl.Postgres.parse(PostgresCluster.shared()
                .url(PostgresCluster.USER, PostgresCluster.USER, "copied" + MADE.incrementAndGet()));
    }

    private static Engine server() {
        return Engines.of(serverUrl(), Duration.ofSeconds(5));
    }

    private Engine source(Way way) {
        return way == Way.FILE_TO_SERVER || way == Way.FILE_TO_FILE ? file() : server();
    }

    private Engine target(Way way) {
        return way == Way.SERVER_TO_FILE || way == Way.FILE_TO_FILE ? file() : server();
    }

    private static long copy(Engine from, Engine to) {
        try (CopySource source = from.copySource();
                CopyTarget target = to.copyTarget()) {
            long jobs = new QueueCopy(source, target).run();
            target.commit();
            return jobs;
        }
    }

    // ---- a queue with everything in it

    private static void fill(Engine engine) {
        try (JobStore store = engine.openOrCreate()) {
            long daemon = store.transaction(moves -> moves.register(4711, "here", 9, NOW));
            run(store, daemon, "done", new Verdict.Done(new AttemptRow("done", 0, null, null), "{\"n\":1}"));
            long dead = run(
                    store, daemon, "dead", new Verdict.Dead(new AttemptRow("failed", 3, null, "exit code 3"), null));
            run(store, daemon, "revived", new Verdict.Dead(new AttemptRow("failed", null, 9, "killed"), null));
            run(
                    store,
                    daemon,
                    "again",
                    new Verdict.Retry(new AttemptRow("failed", 1, null, "größer"), NOW.plusSeconds(60)));
            long running =
                    enqueue(store, NewJob.named("running").key("of the running").build());
            store.transaction(moves -> {
                Claim claim =
                        moves.claim(daemon, moves.lanesWithReady(), 1, NOW).get(0);
                return moves.progress(claim, new Progress(50, "half"));
            });
            enqueue(
                    store,
                    NewJob.named("ready")
                            .payload("{\"ü\": \"\\u0000 \uD83D\uDE00\"}")
                            .args(List.of("it's", "two words"))
                            .queue("bulk")
                            .priority(-7)
                            .key("unique")
                            .tags(List.of("invoice", "größer"))
                            .maxAttempts(3)
                            .timeout(Duration.ofMinutes(2))
                            .build());
            long due = enqueue(
                    store, NewJob.named("due").runAt(NOW.plusSeconds(3600)).build());
            enqueue(store, NewJob.named("after").after(List.of(due, running)).build());
            enqueue(store, NewJob.named("hopeless").after(List.of(dead)).build());
            long gone = enqueue(store, NewJob.named("gone").build());
            long cancelled = enqueue(
                    store, NewJob.named("cancelled").after(List.of(gone)).build());
            store.transaction(moves -> {
                moves.cancel(cancelled, "no longer wanted", NOW.plusSeconds(2));
                moves.cancel(gone, "nor this", NOW.plusSeconds(3));
                moves.delete(gone);
                moves.requestCancel(running, "by ann", NOW.plusSeconds(4));
                moves.retry(3, false);
                moves.pause("bulk", NOW);
                moves.beginCron("nightly", "@daily UTC", NOW);
                moves.linkCron("nightly", 1, NOW);
                return moves.disableCron("weekly", NOW);
            });
            // The largest id there ever was is that of a job which is gone.
            long last = enqueue(store, NewJob.named("last").build());
            store.transaction(moves -> {
                moves.cancel(last, "", NOW);
                return moves.delete(last);
            });
        }
    }

    private static long enqueue(JobStore store, NewJob job) {
        return store.transaction(moves -> moves.enqueue(job)).id();
    }

    private static long run(JobStore store, long daemon, String name, Verdict verdict) {
        long id = enqueue(store, NewJob.of(name));
        store.transaction(moves -> {
            Claim claim = moves.claim(daemon, moves.lanesWithReady(), 1, NOW).get(0);
            return moves.finish(claim, verdict, new Runner(4711, "here"), NOW.plusSeconds(1));
        });
        return id;
    }

    /** All that people can see of a queue. What ran begins anew. */
    private static List<Object> seen(Engine engine) {
        try (JobQueries queries = engine.openForReading()) {
            List<Object> seen = new ArrayList<>();
            for (JobView job : queries.list(JobQueries.Filter.ALL, 1000).jobs()) {
                JobView found = queries.find(job.id()).orElseThrow();
                if (!found.name().equals("running")) {
                    seen.add(found);
                    seen.add(queries.attempts(job.id()));
                    seen.add(new TreeSet<>(queries.hindrances(job.id()).stream()
                            .map(Object::toString)
                            .toList()));
                }
            }
            seen.add(queries.pauses());
            seen.add(queries.cron());
            return seen;
        }
    }

    private static Map<JobState, Long> counts(Engine engine) {
        try (JobQueries queries = engine.openForReading()) {
            Map<JobState, Long> sums = new TreeMap<>();
            queries.counts()
                    .values()
                    .forEach(one -> one.forEach((state, count) -> sums.merge(state, count, Long::sum)));
            sums.values().removeIf(count -> count == 0);
            return sums;
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everythingIsThereAndGoesOn(Way way) {
        Engine from = source(way);
        Engine to = target(way);
        fill(from);

        assertThat(copy(from, to)).isEqualTo(10);

        assertThat(seen(to)).isEqualTo(seen(from));
        assertThat(counts(to))
                .isEqualTo(Map.of(
                        JobState.BLOCKED, 2L,
                        JobState.SCHEDULED, 1L,
                        JobState.READY, 3L,
                        JobState.RETRYING, 1L,
                        JobState.DONE, 1L,
                        JobState.DEAD, 1L,
                        JobState.CANCELLED, 1L));
        try (Health health = to.health()) {
            assertThat(health.disagreements()).isEmpty();
            assertThat(health.strangers()).isEmpty();
        }
        try (JobStore store = to.open()) {
            assertThat(enqueue(store, NewJob.of("next")))
                    .as("an id that was never used")
                    .isEqualTo(13);
            Moves.Enqueued taken = store.transaction(
                    moves -> moves.enqueue(NewJob.named("ready").key("unique").build()));
            assertThat(taken.stored()).isFalse();
            List<Long> cancellations = store.transaction(moves ->
                    moves.cancellations().stream().map(Moves.Cancellation::id).toList());
            assertThat(cancellations).containsExactly(5L);
            assertThatOneWaitsForBoth(store);
        }
    }

    private static void assertThatOneWaitsForBoth(JobStore store) {
        long daemon = store.transaction(moves -> moves.register(1, "there", 9, NOW));
        store.transaction(moves -> moves.promote(NOW.plusSeconds(7200), 100));
        List<Claim> claims = store.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 100, NOW));
        assertThat(claims).extracting(Claim::name).doesNotContain("after").contains("running", "due");
        Claim again = claims.stream()
                .filter(claim -> claim.name().equals("running"))
                .findFirst()
                .orElseThrow();
        assertThat(again.attempt()).as("the attempt was given back").isEqualTo(1);
        for (Claim claim : claims) {
            store.transaction(moves -> moves.finish(
                    claim,
                    new Verdict.Done(new AttemptRow("done", 0, null, null), null),
                    new Runner(1, "there"),
                    NOW.plusSeconds(7201)));
        }
        store.transaction(moves -> moves.promote(NOW.plusSeconds(7202), 100));
        assertThat(store.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 100, NOW)).stream()
                        .map(Claim::name))
                .contains("after");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void tokensOnlyGrow(Way way) {
        Engine from = source(way);
        fill(from);
        long before = token(from);
        Engine to = target(way);
        copy(from, to);
        assertThat(token(to)).isGreaterThan(before);
    }

    private static long token(Engine engine) {
        try (JobStore store = engine.open()) {
            long daemon = store.transaction(moves -> moves.register(1, "there", 9, NOW));
            return store
                    .transaction(moves -> {
                        moves.enqueue(NewJob.of("token"));
                        return moves.claim(daemon, moves.lanesWithReady(), 100, NOW);
                    })
                    .stream()
                    .mapToLong(Claim::token)
                    .max()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void onlyAnEmptyQueueIsFilled(Way way) {
        Engine from = source(way);
        Engine to = target(way);
        fill(from);
        try (JobStore store = to.openOrCreate()) {
            enqueue(store, NewJob.of("own"));
        }
        assertThatThrownBy(() -> copy(from, to))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is not empty: it has jobs or schedules of its own");
        assertThat(counts(to)).isEqualTo(Map.of(JobState.READY, 1L));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void anEmptyQueueThatIsThereAlreadyIsFilled(Way way) {
        Engine from = source(way);
        Engine to = target(way);
        fill(from);
        to.openOrCreate().close();
        copy(from, to);
        assertThat(seen(to)).isEqualTo(seen(from));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatIsNotCommittedLeavesNothing(Way way) throws IOException {
        Engine from = source(way);
        Engine to = target(way);
        fill(from);
        List<Path> before = files();
        try (CopySource source = from.copySource();
                CopyTarget target = to.copyTarget()) {
            new QueueCopy(source, target).run();
        }
        assertThatThrownBy(to::open)
                .isInstanceOf(StoreException.class)
                .extracting(failure -> ((StoreException) failure).kind())
                .isEqualTo(StoreException.Kind.MISSING);
        assertThat(files()).isEqualTo(before);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> !file.toString().endsWith("-wal")
                            && !file.toString().endsWith("-shm"))
                    .sorted()
                    .toList();
        }
    }

    /** A queue in a file that another program has written to. */
    private Engine written(String... sql) throws SQLException {
        Path queue = directory.resolve("written.db");
        Engine engine = Engines.of(new QueueUrl.Sqlite(queue), Duration.ofSeconds(5));
        engine.openOrCreate().close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + queue);
                Statement statement = connection.createStatement()) {
            for (String one : sql) {
                statement.execute(one);
            }
        }
        return engine;
    }

    @Test
    void whatAServerCannotKeepIsRefusedWithItsPlace() throws SQLException {
        Engine from = written("insert into jobs (name, payload) values ('odd', 'a' || char(0) || 'b')");
        Engine to = server();
        assertThatThrownBy(() -> copy(from, to))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot copy the table jobs, rows 1 to 1: ");
    }

    @Test
    void whatSomebodyWrotePastTheRulesIsNotCopiedToAServer() throws SQLException {
        Engine from = written(
                "pragma ignore_check_constraints = on",
                "insert into jobs (name) values ('fine')",
                "insert into jobs (name, args) values ('odd', 'none')");
        Engine to = server();
        assertThatThrownBy(() -> copy(from, to))
                .isInstanceOf(StoreException.class)
                .hasMessage(
                        "cannot copy the table jobs, row 2: args must be a JSON array of strings, at most 1 MiB, no NUL");
    }

    @Test
    void whatJobsPrintedIsCopiedFromServerToServerAndToNoFile() {
        Engine from = server();
        fill(from);
        ByteBuffer one = ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xff, '\n'});
        ByteBuffer large = ByteBuffer.wrap(new byte[5 << 20]);
        try (JobStore store = from.open()) {
            store.transaction(moves -> {
                moves.keep(List.of(new Printed(1, 1, one), new Printed(2, 1, large), new Printed(3, 1, one)));
                return moves;
            });
        }
        Engine to = server();
        Engine file = file();
        copy(from, to);
        copy(from, file);
        try (JobQueries queries = to.openForReading()) {
            assertThat(queries.output(1, 1)).contains(one);
            assertThat(queries.output(2, 1)).contains(large);
            assertThat(queries.output(3, 1)).contains(one);
            assertThat(queries.output(4, 1)).isEmpty();
        }
        assertThat(seen(file)).isEqualTo(seen(from));
    }

    /** Whoever adds a table decides whether it is copied. */
    @Test
    void everyTableIsCopiedOrLeftOutOnPurpose() throws SQLException {
        Set<String> copied = new TreeSet<>();
        for (CopyTable table : CopyTable.values()) {
            copied.add(table.word());
        }
        copied.remove("places");
        // Places, and what follows from the rest.
        copied.addAll(Set.of("blocked", "scheduled", "ready", "running"));
        copied.addAll(Set.of("lanes", "thousands", "tallies", "deleted_parents", "ended_parents"));
        // A machine's own, the schema's, and what makes this queue another one than that.
        copied.addAll(Set.of("daemons", "clock", "schema_steps", "queue_identity", "incarnation"));
        // Who follows what jobs print.
        copied.addAll(Set.of("followers", "follower_news"));

        Path queue = directory.resolve("tables.db");
        Engines.of(new QueueUrl.Sqlite(queue), Duration.ofSeconds(5))
                .openOrCreate()
                .close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + queue)) {
            assertThat(names(
                            connection,
                            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'"))
                    .isSubsetOf(copied);
        }
        QueueUrl.Postgres url = serverUrl();
        Engines.of(url, Duration.ofSeconds(5)).openOrCreate().close();
        try (Connection connection = PostgresCluster.shared().connect(PostgresCluster.USER)) {
            assertThat(names(connection, "select tablename from pg_tables where schemaname = '" + url.schema() + "'"))
                    .isSubsetOf(copied);
        }
    }

    private static List<String> names(Connection connection, String sql) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
