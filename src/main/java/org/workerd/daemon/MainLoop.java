package org.workerd.daemon;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.Wakeup;
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
    private final Reload reload;
    private final Supervisor supervisor;
    private final HandOver handOver;
    private boolean draining;
    private boolean stoppingNow;
    /** On the monotonic clock, in nanoseconds. */
    private long drainUntil;

    private long tidyAt = System.nanoTime();

    /** What only a loop of a whole daemon has to do besides. */
    record Duties(Reload reload, Runnable upkeep, Supervisor supervisor, HandOver handOver) {}

    MainLoop(Worker worker, Wakeup wakeup, Signals signals, Duties duties) {
        this.worker = worker;
        this.wakeup = wakeup;
        this.signals = signals;
        this.upkeep = duties.upkeep();
        this.reload = duties.reload();
        this.supervisor = duties.supervisor();
        this.handOver = duties.handOver();
    }

    /** Until it was told to stop and has. The exit status. */
    int run(Watcher watcher) throws InterruptedException {
        while (true) {
            signals.take().forEach(order -> guarded(() -> obey(order, watcher)));
            guarded(() -> tidy(watcher));
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
            if (stoppingNow && worker.isStuck() && left(drainUntil).isNegative()) {
                LOG.error(
                        "workerd stops; the outcome of {} ended jobs could not be stored, so they run again",
                        worker.unwritten());
                worker.abandon();
                return 1;
            }
            Duration handing = handOver();
            Duration silence = supervisor.turn(worker.busy(), draining);
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
            return handOver.turn(signals);
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error("unexpected failure while restarting, continuing", failure);
            handOver.cancel();
            return Duration.ZERO;
        }
    }

    private void obey(Signals.Order order, Watcher watcher) {
        switch (order) {
            case STOP -> stop();
            case RELOAD -> {
                supervisor.reloading();
                worker.change(reload.reload());
                watcher.renew();
                supervisor.ready();
            }
            case REPORT -> report();
            case RESTART -> restart();
        }
    }

    private void restart() {
        if (draining) {
            LOG.warn("not restarting: workerd was told to stop");
        } else {
            handOver.request();
        }
    }

    private void stop() {
        handOver.cancel();
        if (draining) {
            stopNow("received a second stop signal");
            return;
        }
        draining = true;
        supervisor.stopping();
        Duration limit = reload.settings().drainTimeout();
        drainUntil = System.nanoTime() + (limit == null ? Long.MAX_VALUE / 2 : limit.toNanos());
        LOG.info(
                "stopping: claiming no more jobs; waiting{} for running jobs: {}",
                limit == null ? "" : " up to " + Span.format(limit),
                worker.busy());
        worker.drain();
    }

    private void stopNow(String why) {
        if (!stoppingNow) {
            stoppingNow = true;
            drainUntil = System.nanoTime() + LAST_TRIES.toNanos();
            LOG.info("{}: ending running jobs and putting them back: {}", why, worker.busy());
        }
        worker.stopNow();
    }

    private void report() {
        LOG.info("report: {} jobs run{}", worker.busy(), draining ? ", draining" : "");
        worker.report().forEach(line -> LOG.info("report: {}", line));
    }

    private void tidy(Watcher watcher) {
        if (draining && !stoppingNow && left(drainUntil).isNegative()) {
            stopNow("daemon.drain_timeout has expired");
        }
        if (left(tidyAt).isNegative()) {
            tidyAt = System.nanoTime() + reload.settings().pollInterval().toNanos();
            worker.tidy();
            watcher.renew();
            upkeep.run();
        }
    }

    private Duration shortest(Duration idle) {
        Duration untilTidy = left(tidyAt);
        Duration shortest = Span.shorter(idle, untilTidy);
        Duration untilDrained = draining ? left(drainUntil) : shortest;
        Duration next = Span.shorter(shortest, untilDrained);
        if (stoppingNow && next.compareTo(STOPPING_LOOK) > 0) {
            return STOPPING_LOOK;
        }
        return next.isNegative() ? Duration.ZERO : next.plusMillis(1);
    }

    private static Duration left(long nanoTime) {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }
}
