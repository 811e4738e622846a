package org.workerd.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.api.Codec;
import org.workerd.api.JobResult;
import org.workerd.api.TypedJobHandler;
import org.workerd.engine.Engines;
import org.workerd.job.Backoff;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.store.Engine;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.QueueUrl;

/** A worker in this JVM, on a real queue of each engine. */
@Timeout(120)
class EmbeddedWorkerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    @TempDir
    Path top;

    private Supplier<EmbeddedWorkerBuilder> builder;
    private Engine engine;

    @org.junit.jupiter.api.BeforeEach
    void onSqlite() {
        Path file = top.resolve("queue.db");
        builder = () -> EmbeddedWorker.on(file);
        engine = Engines.of(new QueueUrl.Sqlite(file), LONG);
        engine.openOrCreate().close();
    }

    private void onPostgres() {
        String url = PostgresCluster.shared()
                .url(PostgresCluster.USER, PostgresCluster.USER, "embedded" + SCHEMAS.incrementAndGet());
        builder = () -> EmbeddedWorker.on(url).directory(top.resolve("own"));
        engine = Engines.of(QueueUrl.Postgres.parse(url), LONG);
        engine.openOrCreate().close();
    }

    @AfterEach
    void nothingIsLeft() {
        if (Files.isDirectory(top.resolve("daemons"))) {
            assertThat(top.resolve("daemons")).isEmptyDirectory();
            assertThat(top.resolve("scratch")).isEmptyDirectory();
        }
    }

    private long enqueue(NewJob job) {
        try (JobStore store = engine.open()) {
            return store.transaction(moves -> moves.enqueue(job)).id();
        }
    }

    private JobView job(long id) {
        try (JobQueries queries = engine.openForReading()) {
            return queries.find(id).orElseThrow();
        }
    }

    private void awaitState(long id, JobState state) {
        await("job " + id + " is " + state.word()).atMost(LONG).until(() -> job(id).state() == state);
    }

    @Test
    void jobsOfItsHandlersRunAtOnceAndOthersStay() {
        runsJobs();
    }

    @Test
    void jobsOfItsHandlersRunAtOnceOnPostgresToo() {
        onPostgres();
        runsJobs();
    }

    private void runsJobs() {
        Codec<Integer> numbers = Codec.of(Integer::valueOf, String::valueOf);
        long early = enqueue(NewJob.of("greet", "Ann"));
        long foreign = enqueue(NewJob.of("mail"));
        try (EmbeddedWorker worker = builder.get()
                .handler("greet", job -> JobResult.done("Hello, " + job.args().get(0) + "!"))
                .handler(TypedJobHandler.of("double", numbers, (job, n) -> JobResult.done("" + 2 * n)))
                .start()) {
            long late = enqueue(NewJob.named("double").payload("21").build());
            awaitState(early, JobState.DONE);
            awaitState(late, JobState.DONE);
            assertThat(job(early).result()).isEqualTo("Hello, Ann!");
            assertThat(job(late).result()).isEqualTo("42");
            assertThat(worker.isOpen()).isTrue();
        }
        assertThat(job(foreign).state()).isEqualTo(JobState.READY);
        assertThat(daemons()).isZero();
    }

    private long daemons() {
        try (JobStore store = engine.open()) {
            return store.transaction(moves -> moves.daemons().size());
        }
    }

    @Test
    void closeLetsRunningHandlersEndAndTakesNoMore() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore mayEnd = new Semaphore(0);
        EmbeddedWorker worker = builder.get()
                .concurrency(1)
                .handler("slow", job -> {
                    begun.countDown();
                    mayEnd.acquire();
                    return JobResult.done();
                })
                .start();
        long running = enqueue(NewJob.of("slow"));
        long waiting = enqueue(NewJob.of("slow"));
        begun.await();
        worker.drain();
        assertThat(worker.isOpen()).isFalse();
        mayEnd.release();
        assertThat(worker.close(LONG)).isTrue();
        assertThat(worker.close(LONG)).isTrue();
        assertThat(job(running).state()).isEqualTo(JobState.DONE);
        assertThat(job(waiting).state()).isEqualTo(JobState.READY);
        assertThat(job(waiting).attempt()).isZero();
    }

    @Test
    void whatRunsOnWhenTheTimeIsOverIsInterruptedAndPutBack() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        EmbeddedWorker worker = builder.get()
                .handler("slow", job -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                    return JobResult.done();
                })
                .start();
        long id = enqueue(NewJob.of("slow"));
        begun.await();
        assertThat(worker.close(Duration.ZERO)).isTrue();
        assertThat(job(id).state()).isEqualTo(JobState.READY);
        assertThat(job(id).attempt()).isZero();
    }

    /** Nobody can kill a thread. */
    @Test
    void aHandlerThatIgnoresItsInterruptKeepsItsJobUntilItReturns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore mayEnd = new Semaphore(0);
        AtomicInteger attempts = new AtomicInteger();
        EmbeddedWorker stuck = builder.get()
                .handler("stuck", job -> {
                    attempts.incrementAndGet();
                    begun.countDown();
                    mayEnd.acquireUninterruptibly();
                    return JobResult.done();
                })
                .start();
        long id = enqueue(NewJob.of("stuck"));
        begun.await();
        Thread closing = new Thread(() -> stuck.close(Duration.ZERO));
        closing.start();
        try (EmbeddedWorker other = builder.get()
                .handler("stuck", job -> {
                    attempts.incrementAndGet();
                    return JobResult.done();
                })
                .handler("probe", job -> JobResult.done())
                .start()) {
            awaitState(enqueue(NewJob.of("probe")), JobState.DONE);
            assertThat(other.isOpen()).isTrue();
            assertThat(job(id).state()).isEqualTo(JobState.RUNNING);
            assertThat(attempts).hasValue(1);
            mayEnd.release();
            closing.join();
            awaitState(id, JobState.DONE);
        }
        assertThat(attempts).hasValueBetween(1, 2);
    }

    @Test
    void twoOnOneQueueShareTheJobsAndRunNoneTwice() {
        Map<Long, AtomicInteger> ran = new ConcurrentHashMap<>();
        Set<String> who = ConcurrentHashMap.newKeySet();
        CountDownLatch both = new CountDownLatch(2);
        try (EmbeddedWorker one = sharing("one", ran, who, both);
                EmbeddedWorker two = sharing("two", ran, who, both)) {
            try (JobStore store = engine.open()) {
                store.transaction(moves -> {
                    for (int i = 0; i < 200; i++) {
                        moves.enqueue(NewJob.of("count"));
                    }
                    return 0;
                });
            }
            await().atMost(LONG).until(() -> ran.size() == 200);
            assertThat(one.isOpen() && two.isOpen()).isTrue();
        }
        assertThat(who).containsExactlyInAnyOrder("one", "two");
        assertThat(ran.values()).allMatch(times -> times.get() == 1);
    }

    /** The first job of each waits for that of the other. */
    private EmbeddedWorker sharing(String name, Map<Long, AtomicInteger> ran, Set<String> who, CountDownLatch both) {
        return builder.get()
                .concurrency(1)
                .handler("count", job -> {
                    ran.computeIfAbsent(job.id(), any -> new AtomicInteger()).incrementAndGet();
                    if (who.add(name)) {
                        both.countDown();
                    }
                    both.await();
                    return JobResult.done();
                })
                .start();
    }

    @Test
    void theDaemonsSayHowManyAttemptsThereAreAndItSaysNothing() {
        Policies configured =
                new Policies(new JobPolicy(LONG, 2, new Backoff.Fixed(Duration.ofMillis(1)), LONG, 1 << 20), Map.of());
        try (JobStore store = engine.open()) {
            store.transaction(moves -> moves.allow(configured));
        }
        try (EmbeddedWorker worker = builder.get()
                .backoff(Duration.ofMillis(1))
                .handler("fail", job -> {
                    throw new IllegalStateException("no");
                })
                .start()) {
            long id = enqueue(NewJob.of("fail"));
            awaitState(id, JobState.DEAD);
            assertThat(job(id).attempt()).isEqualTo(2);
            assertThat(worker.busy()).isZero();
        }
        try (JobStore store = engine.open()) {
            Map<String, Integer> said = store.transaction(moves -> moves.maxAttempts());
            assertThat(said).isEqualTo(Map.of("*", 2));
        }
    }

    @Test
    void whatMakesNoSenseIsRefusedWithASentence() {
        assertThatThrownBy(() -> builder.get().start()).hasMessage("there is no handler: no job would ever run");
        assertThatThrownBy(() ->
                        builder.get().handler("x", job -> JobResult.done()).handler("x", job -> JobResult.done()))
                .hasMessage("there are two handlers named x");
        assertThatThrownBy(() -> builder.get().handler("a b", job -> JobResult.done()))
                .hasMessageContaining("must be 1 to 128 of");
        assertThatThrownBy(() -> EmbeddedWorker.on("mysql://x")).hasMessageContaining("expected sqlite:/FILE or");
        assertThatThrownBy(() -> EmbeddedWorker.on("postgresql://a@b/c")
                        .handler("x", job -> JobResult.done())
                        .start())
                .hasMessage("with PostgreSQL the worker needs a directory of its own");
    }
}
