package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Backoff;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.JarStamp;
import org.workerd.worker.handlers.JavaHandlers;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.Plugin;

/** Attempts in this JVM that run until the test lets them end. */
@Timeout(60)
class SlotsTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    /** Longer than a test may take. */
    private static final Duration EVER = Duration.ofSeconds(600);

    @TempDir
    Path top;

    private final Wakeup wakeup = new Wakeup();
    private final Map<Long, CountDownLatch> running = new ConcurrentHashMap<>();
    private final CountDownLatch allEnd = new CountDownLatch(1);
    private final AtomicInteger interrupts = new AtomicInteger();
    /** A job that does not end when it is interrupted. */
    private volatile Long stubborn = 0L;

    private Duration grace = Duration.ZERO;

    private Ledger ledger;
    private Slots slots;

    @BeforeEach
    void open() throws Exception {
        DaemonDirectory directory = DaemonDirectory.beside(top.resolve("queue.db"));
        for (Path own : List.of(directory.ledgers(), directory.scratch(), directory.output())) {
            Files.createDirectory(own);
        }
        ledger = Ledger.create(directory.ledgers(), 1);
        slots = new Slots(Premises.of(directory, 1), ledger, wakeup, () -> NOW);
    }

    @AfterEach
    void close() throws Exception {
        allEnd.countDown();
        running.values().forEach(CountDownLatch::countDown);
        slots.withdraw(Duration.ZERO);
        await().until(() -> slots.busy() == 0);
        slots.close();
        ledger.close();
    }

    /** Says that it runs, and waits for its end. */
    private final class Held implements JobHandler {
        @Override
        public String name() {
            return "held";
        }

        @Override
        public JobResult handle(JobContext job) throws InterruptedException {
            if (stubborn.equals(job.id())) {
                running.computeIfAbsent(job.id(), id -> new CountDownLatch(1));
                awaitAllEnd();
            } else if (allEnd.getCount() > 0) {
                running.computeIfAbsent(job.id(), id -> new CountDownLatch(1)).await();
            }
            return JobResult.done();
        }
    }

    private void awaitAllEnd() {
        while (allEnd.getCount() > 0) {
            try {
                allEnd.await();
            } catch (InterruptedException ignored) {
                interrupts.incrementAndGet();
            }
        }
    }

    private Plan plan(int concurrency) {
        JobPolicy policy = new JobPolicy(EVER, 2, new Backoff.Exponential(), grace, 1 << 20);
        Plugin plugin = new Plugin(new JarStamp(top.resolve("tests.jar"), 1, 1, 1), List.of("held"), null);
        return new Plan(
                concurrency,
                Duration.ofSeconds(5),
                new Handlers(top, OwnUser.id(), new JavaHandlers(List.of(plugin), Map.of("held", new Held()))),
                Map.of(),
                new Policies(policy, Map.of()),
                Limits.NONE,
                Retention.DEFAULT,
                List.of(),
                false);
    }

    private void run(int concurrency, long... ids) {
        slots.run(LongStream.of(ids).mapToObj(SlotsTest::claim).toList(), plan(concurrency));
    }

    private static Claim claim(long id) {
        return new Claim(
                id, 100 + id, 1, 1, 0, NOW, "held", "default", 0, List.of(), "{}", null, null, false, null, null);
    }

    private void awaitRunning(long... ids) {
        for (long id : ids) {
            await("job " + id + " runs").until(() -> running.containsKey(id));
        }
    }

    private void end(long id) {
        running.get(id).countDown();
    }

    @Test
    void whatComesWhileOthersRunTakesTheSlotThatIsFree() {
        run(2, 1);
        awaitRunning(1);
        run(2, 2);
        awaitRunning(1, 2);
        assertThat(slots.busy()).isEqualTo(2);
    }

    @Test
    void noMoreRunAtOnceThanThereAreSlotsAndWhatWaitsIsNoFreeSlot() {
        run(2, 1, 2, 3);
        awaitRunning(1, 2);
        assertThat(slots.busy()).isEqualTo(2);
        assertThat(slots.hasWaiting()).isTrue();
        assertThat(slots.free(2)).isEqualTo(-1);
        assertThat(slots.free(4)).isEqualTo(1);
        end(2);
        awaitRunning(3);
        assertThat(slots.free(2)).isZero();
    }

    @Test
    void withFewerSlotsThanBeforeTheNextWaitsUntilEnoughHaveEnded() {
        run(2, 1, 2);
        awaitRunning(1, 2);
        run(1, 3);
        end(1);
        await().until(() -> slots.busy() == 1);
        assertThat(running).doesNotContainKey(3L);
        end(2);
        run(1);
        awaitRunning(3);
    }

    @Test
    void whatWaitsMayBeTakenBackOnceItHasWaitedForSoLong() {
        run(1, 1, 2, 3);
        awaitRunning(1);
        assertThat(slots.withdraw(EVER)).isEmpty();
        assertThat(slots.withdraw(Duration.ZERO)).extracting(Claim::jobId).containsExactly(2L, 3L);
        assertThat(slots.hasWaiting()).isFalse();
        assertThat(slots.tokens()).containsExactly(101L);
        assertThat(slots.withdraw(Duration.ZERO)).isEmpty();
    }

    /** Whoever has seen in the queue that it runs may rely on its end. */
    @Test
    void ofWhatWasClaimedOnlyWhatIsAheadIsTakenBackBeforeTheThreadsOfTheSlotsHaveIt() {
        synchronized (slots) {
            run(2, 1, 2, 3, 4);
            assertThat(slots.withdrawAhead()).extracting(Claim::jobId).containsExactly(3L, 4L);
            assertThat(slots.busy()).isEqualTo(2);
        }
        awaitRunning(1, 2);
        run(2, 5);
        assertThat(slots.withdrawAhead()).extracting(Claim::jobId).containsExactly(5L);
        run(1, 6);
        assertThat(slots.busy()).isEqualTo(2);
        assertThat(slots.withdrawAhead()).extracting(Claim::jobId).containsExactly(6L);
    }

    /** What was taken back is not claimed ahead again at once. */
    @Test
    void whoTookClaimsBackClaimsNoneAheadUntilAnotherHasEnded() {
        for (long id = 10; slots.room(1).jobs() == 1; id++) {
            running.put(id, new CountDownLatch(0));
            run(1, id);
            await().pollInterval(Duration.ofMillis(5)).until(() -> slots.busy() == 0);
        }
        run(1, 1, 2);
        awaitRunning(1);
        slots.withdraw(Duration.ZERO);
        assertThat(slots.room(2).jobs()).isEqualTo(1);
    }

    @Test
    void whatWaitsIsCancelledByTakingItOut() {
        run(1, 1, 2, 3);
        awaitRunning(1);
        assertThat(slots.cancel(102, "no more wanted")).hasValue(claim(2));
        assertThat(slots.cancel(102, "no more wanted")).isEmpty();
        assertThat(slots.tokens()).containsExactlyInAnyOrder(101L, 103L);
    }

    @Test
    void whatIsTakenOutOrTakenBackOrWrittenTakesNoShareOfTheHeap() {
        long before = slots.room(1).size();
        run(1, 1, 2, 3);
        awaitRunning(1);
        slots.cancel(102, "no more wanted");
        slots.withdraw(Duration.ZERO);
        end(1);
        List<End> ended = new ArrayList<>();
        await().until(() -> ended.addAll(slots.takeEnded()));
        assertThat(slots.room(1).size()).isLessThan(before);
        slots.written(ended);
        assertThat(slots.room(1).size()).isEqualTo(before);
    }

    /** The loop writes what ended while it was at work together, when half of what waits has begun. */
    @Test
    void oneThatIsFollowedEndsQuietlyAndTheLoopIsToldOnceNothingWaits() throws InterruptedException {
        run(1, 1, 2);
        awaitRunning(1);
        end(1);
        awaitRunning(2);
        wakeup.await(Duration.ZERO, false);
        assertThat(slots.deferWakeups()).isFalse();
        wakeup.await(EVER, false);
        end(2);
        wakeup.await(EVER, false);
        await().until(() -> slots.takeEnded().size() == 2);
    }

    @Test
    void nothingIsStuckAsLongAsSomethingWaits() {
        stubborn = 1L;
        run(1, 1, 2);
        awaitRunning(1);
        assertThat(slots.isOnlyStuck()).isFalse();
        slots.interruptAll();
        await().until(() -> slots.executions().stream().allMatch(Execution::isStuck));
        assertThat(interrupts).hasPositiveValue();
        assertThat(slots.isOnlyStuck()).isFalse();
        slots.withdraw(Duration.ZERO);
        assertThat(slots.isOnlyStuck()).isTrue();
    }

    @Test
    void whatAnotherDaemonHasTakenOverIsEndedAndWhatIsClaimedMeanwhileGoesOn() {
        stubborn = 1L;
        grace = EVER;
        run(2, 1);
        awaitRunning(1);
        CompletableFuture<Void> lost = CompletableFuture.runAsync(new SlotsFence(slots, false)::lost);
        await().until(() -> interrupts.get() > 0);
        run(2, 2);
        awaitRunning(2);
        allEnd.countDown();
        lost.join();
        assertThat(slots.executions())
                .extracting(execution -> execution.claim().jobId())
                .containsExactly(2L);
    }
}
