package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what dead daemons left, one tree after the other, on a thread of its own: it may be gigabytes. Thread-safe. */
public final class Cleaner {
    private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);
    private static final Duration KEPT = Duration.ofSeconds(5);
    /** What is not removed when the daemon ends the next one removes. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, KEPT.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), Cleaner::thread);

    public Cleaner() {
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "cleaner");
        thread.setDaemon(true);
        return thread;
    }

    /** False: there is no thread to be had, and it will not be done. */
    public boolean start(Runnable removal) {
        try {
            thread.execute(removal);
            return true;
        } catch (OutOfMemoryError noThread) {
            thread.remove(removal);
            LOG.warn("cannot start a thread to remove files of dead daemons; retrying later");
            return false;
        }
    }

    /** How many removals have not ended. */
    public int pending() {
        return thread.getQueue().size() + thread.getActiveCount();
    }

    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("some files of dead daemons are not removed yet; the next daemon will remove them");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
