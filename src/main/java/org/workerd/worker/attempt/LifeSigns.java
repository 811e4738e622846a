package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Progress;

/** What an attempt lets the loop know while it runs. Thread-safe. */
public final class LifeSigns {
    private final Wakeup wakeup;
    private boolean begun;
    /** On the monotonic clock, in nanoseconds. */
    private long beganAt;

    private @Nullable Progress progress;
    private boolean hasNews;

    /** The loop is woken when there is progress, and not again until it was noticed. */
    LifeSigns(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    /** The handler's first instruction follows, or is over. */
    void began() {
        began(System.nanoTime());
    }

    /** The same, at that time. */
    synchronized void began(long nanoTime) {
        begun = true;
        beganAt = nanoTime;
    }

    /** Empty: it has not begun. */
    public synchronized Optional<Duration> sinceBegun() {
        return begun ? Optional.of(Duration.ofNanos(System.nanoTime() - beganAt)) : Optional.empty();
    }

    public synchronized void progress(Progress latest) {
        boolean known = hasNews || latest.equals(progress);
        progress = latest;
        if (!known) {
            hasNews = true;
            wakeup.wake();
        }
    }

    public synchronized Optional<Progress> progress() {
        return Optional.ofNullable(progress);
    }

    /** There is progress that was not noticed. */
    public synchronized boolean hasNews() {
        return hasNews;
    }

    public synchronized void noticed() {
        hasNews = false;
    }
}
