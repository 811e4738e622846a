package org.workerd.worker.loop;

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
    private @Nullable Reading known;
    private @Nullable Reading latest;

    WallClock(InstantSource clock) {
        this.clock = clock;
    }

    /** Of the wall clock, and at the same time of the monotonic one. */
    private record Reading(Instant time, long nanos) {}

    /** Within a turn's transaction, before what is due is looked for. How far the clock was set. */
    Duration align(Moves moves) {
        // Not the turn's own time: it may have waited for others since.
        Reading now = new Reading(clock.instant(), System.nanoTime());
        latest = now;
        if (isRunningOn(now)) {
            return Duration.ZERO;
        }
        Duration ahead = Duration.between(Instant.EPOCH, now.time()).minus(Uptime.now());
        return moves.alignClock(ProcessInfo.bootId(), ahead);
    }

    /** The turn's transaction is through. A clock set meanwhile is noticed by the next. */
    void aligned(Duration step) {
        known = latest;
        if (!step.isZero()) {
            LOG.warn(
                    "the clock was set {} by {}: scheduled retries keep the time that they had left",
                    step.isNegative() ? "back" : "forward",
                    Span.brief(step.abs().plusMillis(500)));
        }
    }

    private boolean isRunningOn(Reading now) {
        if (known == null) {
            return false;
        }
        Duration passed = Duration.ofNanos(now.nanos() - known.nanos());
        return Duration.between(known.time(), now.time()).minus(passed).abs().compareTo(UNREMARKABLE) < 0;
    }
}
