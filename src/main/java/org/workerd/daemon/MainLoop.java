package org.workerd.daemon;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Settings;
import org.workerd.job.Span;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.loop.Stop;
import org.workerd.worker.loop.Worker;

/** The daemon's {@code while (true)}: takes orders, lets the worker turn, sleeps until something is to do. */
final class MainLoop {
    private static final Logger LOG = LoggerFactory.getLogger(MainLoop.class);
    /** With everything ended and the queue not to be written, a daemon told to stop at once waits no longer. */
    private static final Duration LAST_TRIES = Duration.ofSeconds(10);

    /** Nobody wakes us when an attempt that ignores us has had its grace. */
    private static final Duration STOPPING_LOOK = Duration.ofMillis(100);

    private final Worker worker;
    private final Wakeup wakeup;
    private final Signals signals;
    private final Runnable upkeep;
    private final Configuration configuration;
    private final Supervisor supervisor;
    private final Restart restart;
    private final LongSupplier nanoTime;
    /** Until when the stop that holds waits: a drain for the jobs, one at once for the database. As {@link #nanoTime}. */
    private long stopWaitsUntil;

    private long upkeepAt;

    /** The settings in force. */
    interface Configuration {
        Settings settings();

        /** Reads them again. What the worker goes by from now on. */
        Plan reload();
    }

    /** The restart in place; see {@link HandOver}. */
    interface Restart {
        void request();

        void cancel();

        Duration turn(Signals signals) throws InterruptedException;
    }

    /** What only a loop of a whole daemon has to do besides. */
    record Duties(Configuration configuration, Runnable upkeep, Supervisor supervisor, Restart restart) {}

    /** @param nanoTime the monotonic clock, in nanoseconds */
    MainLoop(Worker worker, Wakeup wakeup, Signals signals, Duties duties, LongSupplier nanoTime) {
        this.worker = worker;
        this.wakeup = wakeup;
        this.signals = signals;
        this.upkeep = duties.upkeep();
        this.configuration = duties.configuration();
        this.supervisor = duties.supervisor();
        this.restart = duties.restart();
        this.nanoTime = nanoTime;
        this.upkeepAt = nanoTime.getAsLong();
    }

    /** Until it was told to stop and has. The exit status. */
    int run(Watcher watcher) throws InterruptedException {
        while (true) {
            signals.take().forEach(order -> guarded(() -> obey(order, watcher)));
            guarded(this::endDrain);
            guarded(() -> keepUp(watcher));
            Duration idle = turn();
            if (worker.isDone()) {
                LOG.info("workerd stops: no jobs are running");
                return 0;
            }
            if (worker.isStuck() && !worker.hasUnwritten()) {
                LOG.warn(
                        "workerd stops; {} jobs have not ended and are ended with it, the next daemon puts them back",
                        worker.busy());
                worker.abandon();
                return 0;
            }
            if (worker.isStuck() && left(stopWaitsUntil).isNegative()) {
                LOG.error(
                        "workerd stops; the outcome of {} ended jobs could not be stored, so they run again",
                        worker.unwritten());
                worker.abandon();
                return 1;
            }
            Duration handing = handOver();
            Duration silence = supervisor.turn(worker.busy(), worker.stopping().isFinal());
            wakeup.await(shortest(Span.shorter(handing, Span.shorter(idle, silence))), worker.isGathering());
        }
    }

    /** Short of descriptors or of memory, much can fail; what runs shall not end for it. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error("unexpected failure in the main loop, continuing", failure);
        }
    }

    private Duration turn() {
        try {
            return worker.turn();
        } catch (RuntimeException | OutOfMemoryError failure) {
            // Of the errors only the one that means no thread to spare: without heap the JVM ends at once.
            LOG.error("unexpected failure in the main loop, continuing", failure);
            return Duration.ofSeconds(1);
        }
    }

    private Duration handOver() throws InterruptedException {
        try {
            return restart.turn(signals);
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error("unexpected failure while restarting, continuing", failure);
            restart.cancel();
            return Duration.ZERO;
        }
    }

    private void obey(Signals.Order order, Watcher watcher) {
        switch (order) {
            case STOP -> stop();
            case RELOAD -> {
                supervisor.reloading();
                worker.change(configuration.reload());
                watcher.renew();
                supervisor.ready();
            }
            case REPORT -> report();
            case RESTART -> restart();
        }
    }

    private void restart() {
        if (worker.stopping().isFinal()) {
            LOG.warn("not restarting: workerd was told to stop");
        } else {
            restart.request();
        }
    }

    private void stop() {
        restart.cancel();
        if (worker.stopping().isFinal()) {
            stopNow("received a second stop signal");
        } else {
            drain(configuration.settings().drainTimeout());
        }
    }

    /** @param limit null: for as long as the jobs take */
    private void drain(@Nullable Duration limit) {
        supervisor.stopping();
        stopWaitsUntil = nanoTime.getAsLong() + (limit == null ? Long.MAX_VALUE / 2 : limit.toNanos());
        LOG.info(
                "stopping: claiming no more jobs; waiting{} for running jobs: {}",
                limit == null ? "" : " up to " + Span.format(limit),
                worker.busy());
        worker.stop(Stop.DRAIN);
    }

    private void endDrain() {
        if (worker.stopping() == Stop.DRAIN && left(stopWaitsUntil).isNegative()) {
            stopNow("daemon.drain_timeout has expired");
        }
    }

    private void stopNow(String why) {
        if (worker.stopping() != Stop.NOW) {
            stopWaitsUntil = nanoTime.getAsLong() + LAST_TRIES.toNanos();
            LOG.info("{}: ending running jobs and putting them back: {}", why, worker.busy());
        }
        worker.stop(Stop.NOW);
    }

    private void report() {
        LOG.info("report: {} jobs run{}", worker.busy(), worker.stopping().isFinal() ? ", draining" : "");
        worker.report().forEach(line -> LOG.info("report: {}", line));
    }

    private void keepUp(Watcher watcher) {
        if (left(upkeepAt).isNegative()) {
            upkeepAt = nanoTime.getAsLong()
                    + configuration.settings().pollInterval().toNanos();
            worker.tidy();
            watcher.renew();
            upkeep.run();
        }
    }

    private Duration shortest(Duration idle) {
        Duration next = Span.shorter(idle, left(upkeepAt));
        Duration untilLook =
                switch (worker.stopping()) {
                    case NONE, HAND_OVER -> next;
                    case DRAIN -> Span.shorter(next, left(stopWaitsUntil));
                    case NOW -> Span.shorter(next, STOPPING_LOOK);
                };
        return untilLook.isNegative() ? Duration.ZERO : untilLook.plusMillis(1);
    }

    private Duration left(long until) {
        return Duration.ofNanos(until - nanoTime.getAsLong());
    }
}
