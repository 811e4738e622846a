package org.workerd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.ExamplesTest;
import org.workerd.PluginJars;
import org.workerd.job.NewJob;
import org.workerd.store.StoreException;

/** A Java program that only enqueues. */
class JobQueueTest {
    @TempDir
    Path directory;

    private Path file;
    private JobQueue queue;
    private Connection own;

    @BeforeEach
    void open() throws SQLException {
        file = directory.resolve("queue.db");
        queue = JobQueue.open(file);
        own = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute("pragma busy_timeout = 30000");
        execute("create table orders (id integer primary key)");
    }

    @AfterEach
    void close() throws SQLException {
        own.close();
        queue.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = own.createStatement()) {
            statement.execute(sql);
        }
    }

    private String ask(String sql) throws SQLException {
        try (Statement statement = own.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    @Test
    void allThatAJobCanHaveIsStored() throws SQLException {
        long first = queue.enqueue(NewJob.of("resize")).id();
        Enqueued enqueued = queue.enqueue(NewJob.of("resize", "a \"b\"\\", "\u0001\n☃")
                .withPayload("{}")
                .withQueue("media")
                .withPriority(-5)
                .withRunAt(Instant.ofEpochMilli(1_800_000_000_123L))
                .withKey("k")
                .withMaxAttempts(3)
                .withTimeout(Duration.ofSeconds(2))
                .withAfter(List.of(first)));
        assertThat(enqueued).isEqualTo(new Enqueued(2, true));
        assertThat(
                        ask(
                                """
                        select concat_ws('|', name, args ->> 0, args ->> 1, payload, queue, priority, run_at, key,
                          max_attempts, timeout_ms, "after") from jobs where id = 2
                        """))
                .isEqualTo("resize|a \"b\"\\|\u0001\n☃|{}|media|-5|1800000000123|k|3|2000|[1]");
    }

    @Test
    void aTakenKeyStoresNothingAndGivesTheIdOfItsJob() throws SQLException {
        NewJob job = NewJob.of("resize").withKey("a.png");
        assertThat(queue.enqueue(job)).isEqualTo(new Enqueued(1, true));
        assertThat(queue.enqueue(job)).isEqualTo(new Enqueued(1, false));
        assertThat(JobQueue.enqueue(own, job)).isEqualTo(new Enqueued(1, false));
        assertThat(ask("select count(*) from jobs")).isEqualTo("1");
    }

    @Test
    void ofSeveralAllAreStoredOrNone() throws SQLException {
        assertThat(queue.enqueue(List.of(NewJob.of("a"), NewJob.of("b"))))
                .extracting(Enqueued::id)
                .containsExactly(1L, 2L);
        assertThatThrownBy(() ->
                        queue.enqueue(List.of(NewJob.of("c"), NewJob.of("d").withAfter(List.of(99L)))))
                .isInstanceOfSatisfying(StoreException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(StoreException.Kind.INVALID))
                .hasMessage("after must be a JSON array of the ids of jobs that exist");
        assertThat(ask("select count(*) from jobs")).isEqualTo("2");
        assertThat(queue.enqueue(NewJob.of("e")).stored()).isTrue();
    }

    @Test
    void inTheCallersTransactionItIsStoredWithTheCallersOwnRows() throws SQLException {
        own.setAutoCommit(false);
        execute("insert into orders default values");
        JobQueue.enqueue(own, NewJob.of("invoice"));
        own.rollback();
        assertThat(ask("select count(*) from jobs")).isEqualTo("0");
        own.commit();
        execute("insert into orders default values");
        Enqueued kept = JobQueue.enqueue(own, NewJob.of("invoice").withKey("1"));
        assertThat(JobQueue.enqueue(own, NewJob.of("invoice").withKey("1"))).isEqualTo(new Enqueued(kept.id(), false));
        own.commit();
        assertThat(ask("select state from job_status where id = " + kept.id())).isEqualTo("ready");
        assertThat(ask("select count(*) from orders")).isEqualTo("1");
    }

    @Test
    void aRefusedJobLeavesTheCallersTransactionAsItWas() throws SQLException {
        own.setAutoCommit(false);
        execute("insert into orders default values");
        assertThatThrownBy(() -> JobQueue.enqueue(own, NewJob.of("invoice").withAfter(List.of(99L))))
                .isInstanceOf(StoreException.class);
        JobQueue.enqueue(own, NewJob.of("invoice"));
        own.commit();
        assertThat(ask("select (select count(*) from orders) || (select count(*) from jobs)"))
                .isEqualTo("11");
    }

    @Test
    void aConnectionToSomethingElseIsSaidSo() throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThatThrownBy(() -> JobQueue.enqueue(other, NewJob.of("invoice")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no such table: jobs");
        }
    }

    @Test
    void sixteenThreadsShareOneQueue() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<Enqueued>> all = new ArrayList<>();
            for (int i = 0; i < 320; i++) {
                NewJob job = NewJob.of("resize").withKey("key " + i / 2);
                all.add(threads.submit(() -> queue.enqueue(job)));
            }
            int stored = 0;
            for (Future<Enqueued> one : all) {
                stored += one.get().stored() ? 1 : 0;
            }
            assertThat(stored).isEqualTo(160);
            assertThat(ask("select count(*) from ready")).isEqualTo("160");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatIsNoQueueIsRefusedAndWhatIsClosedStaysClosed() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "not a database, but long enough to be taken for one");
        assertThatThrownBy(() -> JobQueue.open(text))
                .isInstanceOfSatisfying(StoreException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(StoreException.Kind.REFUSED));
        assertThatThrownBy(() -> JobQueue.open(directory.resolve("missing/queue.db")))
                .isInstanceOfSatisfying(StoreException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(StoreException.Kind.MISSING));
        queue.close();
        queue.close();
        assertThatThrownBy(() -> queue.enqueue(NewJob.of("a"))).isInstanceOf(StoreException.class);
    }

    @Test
    void itNeedsNoLibraryButTheDriver() throws Exception {
        String shop = ExamplesTest.examples("client/JobQueue")
                .get("Shop")
                .replace("/var/lib/workerd/queue.db", file.toString());
        PluginJars.compile(Map.of("Shop", shop), directory);
        String classPath = directory + ":" + PluginJars.locationOf(JobQueue.class) + ":"
                + PluginJars.locationOf(org.sqlite.JDBC.class);
        Process shopping = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-cp", classPath, "Shop")
                .redirectErrorStream(true)
                .start();
        String said = new String(shopping.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(shopping.waitFor()).as(said).isZero();
        assertThat(ask("select group_concat(name || args) from jobs"))
                .isEqualTo("resize[\"a.png\"],mail[\"ann\"],mail[\"bob\"]");
    }

    @Test
    void oneBadJobAmongThoseOfManyThreadsFailsAlone() throws Exception {
        execute("begin immediate");
        List<Thread> threads = new ArrayList<>();
        List<Long> stored = Collections.synchronizedList(new ArrayList<>());
        List<StoreException.Kind> refused = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 8; i++) {
            NewJob job = i == 5 ? NewJob.of("work").withAfter(List.of(999L)) : NewJob.of("work");
            threads.add(new Thread(() -> {
                try {
                    stored.add(queue.enqueue(job).id());
                } catch (StoreException failure) {
                    refused.add(failure.kind());
                }
            }));
        }
        threads.forEach(Thread::start);
        Awaitility.await()
                .until(() -> threads.stream()
                                .filter(thread -> thread.getState() == Thread.State.WAITING)
                                .count()
                        == 7);
        execute("commit");
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(stored).hasSize(7).doesNotHaveDuplicates();
        assertThat(refused).containsExactly(StoreException.Kind.INVALID);
        try (Statement statement = own.createStatement();
                ResultSet jobs = statement.executeQuery("select count(*) from jobs")) {
            assertThat(jobs.getInt(1)).isEqualTo(7);
        }
    }
}
