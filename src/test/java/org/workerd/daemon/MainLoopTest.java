package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.api.JobResult;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsFile;
import org.workerd.daemon.Signals.Order;
import org.workerd.job.JobState;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.LedgerContents;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.loop.Stop;
import org.workerd.worker.loop.WorkerFixture;

/** The daemon's loop in the test's thread, on a real queue, with handlers in this JVM that give it its orders. */
@Timeout(60)
class MainLoopTest extends WorkerFixture {
    private final Signals signals = new Signals();
    private final AtomicInteger upkeeps = new AtomicInteger();
    private final AtomicInteger reloads = new AtomicInteger();
    private final AtomicLong nanoTime = new AtomicLong();
    /** What is thrown where the loop calls out, one at a time. */
    private final Deque<RuntimeException> troubles = new ConcurrentLinkedDeque<>();
    /** What the restart was told, in its order. */
    private final List<String> restart = new ArrayList<>();

    private Runnable eachRound = () -> {};
    private String daemonSection = "";

    private void order(Order... orders) {
        for (Order order : orders) {
            signals.receive(order);
        }
        wakeup.wake();
    }

    private final class Here implements MainLoop.Configuration, MainLoop.Restart {
        private final Settings settings = load();

        @Override
        public Settings settings() {
            return settings;
        }

        @Override
        public Plan reload() {
            fail();
            reloads.incrementAndGet();
            return plan(1);
        }

        @Override
        public void request() {
            restart.add("requested");
        }

        @Override
        public void cancel() {
            restart.add("cancelled");
        }

        @Override
        public Duration turn(Signals unused) {
            eachRound.run();
            fail();
            return Duration.ofDays(1);
        }
    }

    private void fail() {
        RuntimeException next = troubles.poll();
        if (next != null) {
            throw next;
        }
    }

    private Settings load() {
        try {
            Path file = Files.writeString(top.resolve("workerd.toml"), daemonSection);
            return SettingsFile.load(file, new Environment(Map.of("HOME", top.toString()), false, 2, file))
                    .settings();
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    /** Until it has stopped. Its exit status. */
    private int run() throws InterruptedException {
        Here here = new Here();
        Supervisor nobody = new Supervisor(Map.of(), 1);
        return new MainLoop(
                        worker,
                        wakeup,
                        signals,
                        new MainLoop.Duties(here, upkeeps::incrementAndGet, nobody, here),
                        nanoTime::get)
                .run(new Watcher(List.of()));
    }

    private static JobResult untilInterrupted() throws InterruptedException {
        new CountDownLatch(1).await();
        return JobResult.done();
    }

    @Test
    void toldToStopItEndsOnceWhatRunsHasEndedAndBeginsNothingMore() throws Exception {
        handler("resize", job -> {
            order(Order.STOP);
            worker.pulse().next().get();
            return JobResult.done();
        });
        start(1);
        long runs = enqueue("resize");
        long waits = enqueue("resize");

        assertThat(run()).isZero();

        assertThat(state(runs)).isEqualTo(JobState.DONE);
        assertThat(state(waits)).isEqualTo(JobState.READY);
        assertThat(worker.stopping()).isEqualTo(Stop.DRAIN);
    }

    @Test
    void toldASecondTimeItGivesBackWhatRuns() throws Exception {
        handler("resize", job -> {
            order(Order.STOP, Order.STOP);
            return untilInterrupted();
        });
        start(1);
        long id = enqueue("resize");

        assertThat(run()).isZero();

        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(view(id).attempt()).isZero();
    }

    @Test
    void onceTheDrainsTimeIsUpItGivesBackWhatRuns() throws Exception {
        daemonSection = "[daemon]\ndrain_timeout = \"1h\"\n";
        handler("resize", job -> {
            order(Order.STOP);
            worker.pulse().next().get();
            return untilInterrupted();
        });
        start(1);
        long id = enqueue("resize");
        eachRound = () -> {
            if (worker.stopping() == Stop.DRAIN) {
                nanoTime.addAndGet(Duration.ofMinutes(59).toNanos());
                wakeup.wake();
            }
        };

        assertThat(run()).isZero();

        assertThat(worker.stopping()).isEqualTo(Stop.NOW);
        assertThat(nanoTime.get()).isBetween(hours(1), hours(2));
        assertThat(state(id)).isEqualTo(JobState.READY);
    }

    private static long hours(int count) {
        return Duration.ofHours(count).toNanos();
    }

    @Test
    void withoutATimeLimitItWaitsForWhatRunsHoweverLongThatTakes() throws Exception {
        CountDownLatch days = new CountDownLatch(5);
        handler("resize", job -> {
            order(Order.STOP);
            days.await();
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        eachRound = () -> {
            if (worker.stopping() == Stop.DRAIN) {
                nanoTime.addAndGet(hours(24));
                days.countDown();
                wakeup.wake();
            }
        };

        assertThat(run()).isZero();

        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    void whatDoesNotEndEvenThenIsLeftToTheNextDaemonWhichFindsWhy() throws Exception {
        killGrace = Duration.ZERO;
        CountDownLatch over = new CountDownLatch(1);
        handler("resize", job -> {
            order(Order.STOP, Order.STOP);
            while (over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException ignored) {
                    // That is the point.
                }
            }
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");

        assertThat(run()).isZero();

        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        assertThat(LedgerContents.read(org.workerd.worker.attempt.Ledger.path(directory.ledgers(), identity.daemon()))
                        .orElseThrow()
                        .told(store.transaction(moves -> moves.claimedBy(identity.daemon()))
                                .get(0)))
                .isPresent();
        over.countDown();
    }

    @Test
    void toldToStopAtOnceItDoesNotWaitForEverForAQueueThatCannotBeWritten() throws Exception {
        handler("resize", job -> {
            store.failBefore(Integer.MAX_VALUE);
            order(Order.STOP, Order.STOP);
            return untilInterrupted();
        });
        start(1);
        long id = enqueue("resize");
        List<Integer> unwritten = new ArrayList<>();
        eachRound = () -> {
            if (worker.stopping() == Stop.NOW && worker.busy() == 0) {
                unwritten.add(worker.unwritten());
                nanoTime.addAndGet(Duration.ofSeconds(6).toNanos());
                wakeup.wake();
            }
        };

        assertThat(run()).isEqualTo(1);

        assertThat(unwritten).hasSizeGreaterThan(1).last().isEqualTo(1);
        store.failBefore(0);
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
    }

    @Test
    void whatWasReadAgainHoldsFromThenOn() throws Exception {
        start(1);
        handler("resize", job -> {
            order(Order.STOP);
            return JobResult.done();
        });
        long id = enqueue("resize");
        order(Order.RELOAD);

        assertThat(run()).isZero();

        assertThat(reloads).hasValue(1);
        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    void whateverFailsBesideTheJobsTheyGoOn() throws Exception {
        handler("resize", job -> {
            order(Order.STOP);
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        troubles.add(new IllegalStateException("reload"));
        troubles.add(new IllegalStateException("restart"));
        order(Order.RELOAD, Order.REPORT);

        assertThat(run()).isZero();

        assertThat(troubles).isEmpty();
        assertThat(restart).startsWith("cancelled");
        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    void whoIsToldToStopGivesUpItsRestartAndBeginsNone() throws Exception {
        start(1);
        order(Order.RESTART, Order.STOP, Order.RESTART);

        assertThat(run()).isZero();

        assertThat(restart).containsExactly("requested", "cancelled");
    }

    @Test
    void upkeepIsDoneOnceInEachPollInterval() throws Exception {
        daemonSection = "[workers]\npoll_interval = \"10s\"\n";
        start(1);
        List<Integer> done = new ArrayList<>();
        eachRound = () -> {
            done.add(upkeeps.get());
            nanoTime.addAndGet(Duration.ofSeconds(4).toNanos());
            order(done.size() == 8 ? Order.STOP : Order.REPORT);
        };

        assertThat(run()).isZero();

        assertThat(done).containsExactly(0, 1, 1, 1, 2, 2, 2, 3);
    }
}
