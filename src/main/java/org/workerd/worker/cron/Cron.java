package org.workerd.worker.cron;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.workerd.job.CronEntry;
import org.workerd.store.Moves;

/**
 * Enqueues the jobs of the schedules within the loop's transaction, and knows when that is to be done next. Not
 * thread-safe.
 */
public final class Cron {
    /** The clock may have been set meanwhile. */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    /**
     * What was found and done.
     *
     * @param timings by the ID of each schedule that was looked at: the timing by which it runs
     * @param anchors by ID: where those go on whose last run lies in a future that will not come soon
     * @param next when there will be something to do, unless the schedules change or the clock is set
     * @param complete all of them were looked at
     */
    public record Look(
            List<CronEntry> entries,
            Map<String, String> timings,
            Map<String, Instant> anchors,
            Instant at,
            Instant next,
            boolean complete,
            List<CronNews> news) {
        private static final Look NONE =
                new Look(List.of(), Map.of(), Map.of(), Instant.MAX, Instant.MIN, false, List.of());

        private boolean holds(List<CronEntry> now, Instant time) {
            return entries.equals(now) && !time.isBefore(at) && time.isBefore(next);
        }

        private Look withoutNews() {
            return news.isEmpty() ? this : new Look(entries, timings, anchors, at, next, complete, List.of());
        }
    }

    /** The last one that was committed. */
    private Look last = Look.NONE;

    /** Does what is due. It counts once the transaction is through; then {@link #settle} is to be told. */
    public Look turn(Moves moves, List<CronEntry> entries, Instant now) {
        if (last.holds(entries, now)) {
            return last.withoutNews();
        }
        return entries.isEmpty()
                ? new Look(entries, Map.of(), Map.of(), now, Instant.MAX, true, List.of())
                : new CronRound(moves, last, now).look(entries);
    }

    /** The transaction is through. When there will be something to do. */
    public Instant settle(Look look) {
        last = look;
        look.news().forEach(CronNews::tell);
        return look.next();
    }
}
