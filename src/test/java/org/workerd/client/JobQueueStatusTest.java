package org.workerd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.sqlite.SqliteEngine;

/** A Java program that asks what became of its jobs; the daemon is played by another connection. */
class JobQueueStatusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");

    @TempDir
    Path directory;

    private JobQueue queue;
    private JobStore daemon;
    private Connection own;

    @BeforeEach
    void open() throws SQLException {
        Path file = directory.resolve("queue.db");
        queue = JobQueue.open(file);
        daemon = new SqliteEngine(file, PATIENCE).open();
        own = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = own.createStatement()) {
            statement.execute("pragma busy_timeout = 30000");
        }
    }

    @AfterEach
    void close() throws SQLException {
        own.close();
        daemon.close();
        queue.close();
    }

    /** Claims the one job that is ready. */
    private Claim claimOne() {
        return daemon.transaction(moves -> {
            long id = moves.register(4711, "here", 4, NOW);
            List<Claim> claims = moves.claim(id, moves.lanesWithReady(), 2, NOW);
            assertThat(claims).hasSize(1);
            return claims.get(0);
        });
    }

    private void finish(Claim claim, Verdict verdict) {
        assertThat(daemon.<Boolean>transaction(moves -> moves.finish(claim, verdict, 4711, NOW.plusSeconds(5))))
                .isTrue();
    }

    private static Verdict done(String result) {
        return new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), result);
    }

    private static Verdict dead() {
        return new Verdict.Dead(new Verdict.AttemptRow("failed", null, 9, "killed by signal 9"), null);
    }

    private JobStatus status(long id) {
        return queue.find(id).orElseThrow();
    }

    @Test
    void aJobIsFoundAsItWasEnqueued() {
        Instant due = Instant.ofEpochMilli(1_900_000_000_123L);
        long parent = queue.enqueue(NewJob.of("first")).id();
        long id = queue.enqueue(NewJob.named("resize")
                        .arg("a.png")
                        .payload("{}")
                        .queue("media")
                        .priority(7)
                        .runAt(due)
                        .key("k")
                        .after(parent)
                        .build())
                .id();
        JobStatus job = status(id);
        assertThat(job.id()).isEqualTo(id);
        assertThat(job.name()).isEqualTo("resize");
        assertThat(job.args()).containsExactly("a.png");
        assertThat(job.payload()).contains("{}");
        assertThat(job.queue()).isEqualTo("media");
        assertThat(job.priority()).isEqualTo(7);
        assertThat(job.runAt()).contains(due);
        assertThat(job.key()).contains("k");
        assertThat(job.after()).containsExactly(parent);
        assertThat(job.state()).isEqualTo(JobState.BLOCKED);
        assertThat(job.isFinal()).isFalse();
        assertThat(job.attempt()).isZero();
        assertThat(job.startedAt()).isEmpty();
        assertThat(job.finishedAt()).isEmpty();
        assertThat(job.result()).isEmpty();
        assertThat(job.error()).isEmpty();
        assertThat(job.percent()).isEmpty();
        assertThat(queue.find(999)).isEmpty();
    }

    @Test
    void whatTheHandlerSaidIsFoundWhileItRunsAndWhenItHasEnded() {
        long id = queue.enqueue(NewJob.of("resize")).id();
        Claim claim = claimOne();
        assertThat(daemon.<Boolean>transaction(moves -> moves.progress(claim, new Progress(50, "half"))))
                .isTrue();
        JobStatus running = status(id);
        assertThat(running.state()).isEqualTo(JobState.RUNNING);
        assertThat(running.attempt()).isEqualTo(1);
        assertThat(running.startedAt()).isPresent();
        assertThat(running.percent()).hasValue(50);
        assertThat(running.progressMessage()).contains("half");
        finish(claim, done("800x600"));
        JobStatus done = status(id);
        assertThat(done.isDone()).isTrue();
        assertThat(done.isFinal()).isTrue();
        assertThat(done.result()).contains("800x600");
        assertThat(done.exitCode()).hasValue(0);
        assertThat(done.finishedAt()).isPresent();
        assertThat(running.state()).as("what was found before").isEqualTo(JobState.RUNNING);
    }

    @Test
    void aDeadJobTellsItsErrorAndCanBeRetriedOnce() {
        long id = queue.enqueue(NewJob.of("resize")).id();
        assertThat(queue.retry(id)).isFalse();
        finish(claimOne(), dead());
        JobStatus dead = status(id);
        assertThat(dead.isFinal()).isTrue();
        assertThat(dead.isDone()).isFalse();
        assertThat(dead.error()).contains("killed by signal 9");
        assertThat(dead.signal()).hasValue(9);
        assertThat(dead).hasToString("job " + id + " (resize) is dead: killed by signal 9");
        assertThat(queue.retry(id)).isTrue();
        assertThat(queue.retry(id)).isFalse();
        assertThat(status(id).state()).isEqualTo(JobState.READY);
        assertThat(queue.retry(999)).isFalse();
    }

    @Test
    void cancellingEndsWhatWaitsAtOnceAndTellsTheDaemonOfWhatRuns() {
        long runs = queue.enqueue(NewJob.of("resize")).id();
        claimOne();
        long waits = queue.enqueue(NewJob.of("resize")).id();
        assertThat(queue.cancel(waits, "not needed")).isTrue();
        assertThat(status(waits).state()).isEqualTo(JobState.CANCELLED);
        assertThat(status(waits).error()).contains("not needed");
        assertThat(queue.cancel(waits, "again")).isFalse();
        assertThat(queue.cancel(runs, "not needed")).isTrue();
        assertThat(status(runs).state()).isEqualTo(JobState.RUNNING);
        assertThat(daemon.transaction(Moves::cancellations)).singleElement().satisfies(asked -> {
            assertThat(asked.id()).isEqualTo(runs);
            assertThat(asked.reason()).isEqualTo("not needed");
        });
        assertThat(queue.cancel(999, "none")).isFalse();
    }

    @Test
    void throughTheCallersConnectionAllIsInTheCallersTransaction() throws SQLException {
        long dead = queue.enqueue(NewJob.of("resize")).id();
        finish(claimOne(), dead());
        long ready = queue.enqueue(NewJob.of("resize")).id();
        own.setAutoCommit(false);
        assertThat(JobQueue.retry(own, dead)).isTrue();
        assertThat(JobQueue.cancel(own, ready, "not needed")).isTrue();
        assertThat(JobQueue.find(own, dead)).map(JobStatus::state).contains(JobState.READY);
        assertThat(JobQueue.find(own, ready)).map(JobStatus::state).contains(JobState.CANCELLED);
        assertThat(status(dead).state()).as("for others").isEqualTo(JobState.DEAD);
        own.rollback();
        assertThat(status(dead).state()).isEqualTo(JobState.DEAD);
        assertThat(status(ready).state()).isEqualTo(JobState.READY);
        assertThat(JobQueue.retry(own, dead)).isTrue();
        own.commit();
        assertThat(status(dead).state()).isEqualTo(JobState.READY);
        own.setAutoCommit(true);
        assertThat(JobQueue.cancel(own, ready, "not needed")).isTrue();
        assertThat(JobQueue.cancel(own, ready, "not needed")).isFalse();
        assertThat(status(ready).state()).isEqualTo(JobState.CANCELLED);
        try (JobQueries queries = daemon.queries()) {
            assertThat(queries.counts().get("default"))
                    .containsEntry(JobState.READY, 1L)
                    .containsEntry(JobState.CANCELLED, 1L)
                    .containsEntry(JobState.DEAD, 0L);
        }
    }

    @Test
    void aConnectionToSomethingElseIsSaidSo() throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThatThrownBy(() -> JobQueue.find(other, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no such table: job_status");
            assertThatThrownBy(() -> JobQueue.cancel(other, 1, "none"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no such table");
        }
    }

    @Test
    void whoAwaitsIsAnsweredWhenTheJobHasEndedOrTheTimeIsUp() throws Exception {
        long id = queue.enqueue(NewJob.of("resize")).id();
        assertThat(queue.await(id, Duration.ZERO).orElseThrow().state()).isEqualTo(JobState.READY);
        assertThat(queue.await(id, Duration.ofMillis(20)).orElseThrow().isFinal())
                .isFalse();
        assertThat(queue.await(999, PATIENCE)).isEmpty();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Optional<JobStatus>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> queue.await(id, Duration.ofDays(1_000_000_000))));
            }
            Claim claim = claimOne();
            finish(claim, done(""));
            for (Future<Optional<JobStatus>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).orElseThrow().isDone())
                        .isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAwaitsCanBeInterruptedAndIsToldWhenTheQueueIsClosed(boolean interrupted) throws Exception {
        long id = queue.enqueue(NewJob.of("resize")).id();
        List<Exception> failures = new ArrayList<>();
        Thread waiter = new Thread(() -> {
            try {
                queue.await(id, PATIENCE);
            } catch (InterruptedException | StoreException failure) {
                failures.add(failure);
            }
        });
        waiter.start();
        Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        if (interrupted) {
            waiter.interrupt();
        } else {
            queue.close();
        }
        waiter.join(20_000);
        assertThat(failures)
                .singleElement()
                .isInstanceOf(interrupted ? InterruptedException.class : StoreException.class);
    }

    @Test
    void whatIsClosedAnswersNoMore() {
        queue.close();
        assertThatThrownBy(() -> queue.find(1)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> queue.cancel(1, "none")).isInstanceOf(StoreException.class);
    }

    @Test
    void nothingThatIsPublicIsMadeByThePositionOfItsValues() {
        for (Class<?> type : List.of(JobQueue.class, JobStatus.class, Enqueued.class)) {
            assertThat(type.getConstructors()).as(type.getName()).isEmpty();
            assertThat(Modifier.isFinal(type.getModifiers())).as(type.getName()).isTrue();
        }
    }
}
