package org.workerd.worker;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Does something short after a while, on the monotonic clock; one thread, made when first needed. Thread-safe. */
final class Alarm {
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, Alarm::thread);

    Alarm() {
        // Else what never rang is kept until its time.
        clock.setRemoveOnCancelPolicy(true);
    }

    /** Unless it is cancelled before. */
    Future<?> in(Duration pause, Runnable act) {
        return clock.schedule(act, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "alarm");
        thread.setDaemon(true);
        return thread;
    }
}
