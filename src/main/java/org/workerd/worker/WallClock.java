package org.workerd.worker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.store.Moves;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.Uptime;

/** Notices when the wall clock was set, so that what waits for a span of time can be told. Not thread-safe. */
final class WallClock {
    private static final Logger LOG = LoggerFactory.getLogger(WallClock.class);
    /** The two clocks are read one after the other, and a thread may sleep between. */
    private static final Duration UNREMARKABLE = Duration.ofSeconds(1);

    private final InstantSource clock;
    private @Nullable Instant lastTime;
    private long lastNanos;
    private @Nullable Instant readTime;
    private long readNanos;

    WallClock(InstantSource clock) {
        this.clock = clock;
    }

    /** Within a turn's transaction, before what is due is looked for. How far the clock was set. */
    Duration align(Moves moves) {
        // Not the turn's own time: it may have waited for others since.
        readTime = clock.instant();
        readNanos = System.nanoTime();
        if (isRunningOn(readTime, readNanos)) {
            return Duration.ZERO;
        }
        Duration ahead = Duration.between(Instant.EPOCH, readTime).minus(Uptime.now());
        return moves.alignClock(ProcessInfo.bootId(), ahead);
    }

    /** The turn's transaction is through. A clock set meanwhile is noticed by the next. */
    void aligned(Duration step) {
        lastTime = readTime;
        lastNanos = readNanos;
        if (!step.isZero()) {
            LOG.warn(
                    "the clock was set {} by {}: what waits to be tried again waits on for as long as was left",
                    step.isNegative() ? "back" : "forward",
                    Span.brief(step.abs().plusMillis(500)));
        }
    }

    private boolean isRunningOn(Instant now, long nanos) {
        if (lastTime == null) {
            return false;
        }
        Duration passed = Duration.ofNanos(nanos - lastNanos);
        return Duration.between(lastTime, now).minus(passed).abs().compareTo(UNREMARKABLE) < 0;
    }
}
