package org.workerd.worker.cron;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Due;
import org.workerd.store.Moves;
import org.workerd.store.Moves.CronRow;

/**
 * One look at all schedules, in one transaction. Up to when a schedule's slots were dealt with moves on together with
 * its jobs, from the value that was read: so no crash and no second daemon loses a slot or runs it twice.
 */
final class CronRound {
    /**
     * When the clock was set back by up to so much, schedules wait until it has caught up: the slots until then were
     * run. Had it been further ahead it was plainly wrong, and they go on from now.
     */
    private static final Duration LARGEST_STEP_BACK = Duration.ofDays(1);

    private final Moves moves;
    private final Cron.Look last;
    private final Instant now;
    private final Map<String, String> timings = new HashMap<>();
    private final Map<String, Instant> anchors = new HashMap<>();
    private final List<CronNews> news = new ArrayList<>();
    private int jobs;

    CronRound(Moves moves, Cron.Look last, Instant now) {
        this.moves = moves;
        this.last = last;
        this.now = now;
    }

    Cron.Look look(List<CronEntry> entries) {
        Map<String, CronRow> rows = moves.cron().stream().collect(Collectors.toMap(CronRow::id, Function.identity()));
        Instant next = now.plus(Cron.LOOK_AGAIN);
        for (CronEntry entry : entries) {
            if (jobs >= CronEntry.MOST_AT_ONCE) {
                // Others want to write too; the rest comes with the next turn.
                return new Cron.Look(entries, timings, anchors, now, now, false, news);
            }
            Instant slot = deal(entry, rows.get(entry.id()));
            next = slot.isBefore(next) ? slot : next;
            timings.put(entry.id(), entry.timing());
        }
        return new Cron.Look(entries, timings, anchors, now, next, true, news);
    }

    /** Does what is due of one schedule. Its next slot. */
    private Instant deal(CronEntry entry, @Nullable CronRow found) {
        if (found == null || hasOtherTiming(entry, found)) {
            moves.beginCron(entry.id(), entry.timing(), now);
            news.add(new CronNews.Begun(entry, entry.next(now)));
            return entry.next(now).orElse(Instant.MAX);
        }
        CronRow row = isAddedByReload(entry) ? withNothingMissed(found) : found;
        Instant from = start(entry, row);
        Due due = entry.due(from, now);
        if (!due.isNothing() && moves.advanceCron(entry.id(), row.lastRun(), now)) {
            take(entry, row, due);
        }
        return entry.next(from.isAfter(now) ? from : now).orElse(Instant.MAX);
    }

    /**
     * Only when this daemon begins with it: where two daemons have different configurations, each says once what is in
     * force, and they do not go on to contradict each other.
     */
    private boolean hasOtherTiming(CronEntry entry, CronRow row) {
        return isNewHere(entry) && !entry.hasTiming(row.timing(), row.lastRun());
    }

    private boolean isNewHere(CronEntry entry) {
        String known = last.timings().get(entry.id());
        return known == null || !entry.hasTiming(known, now);
    }

    private boolean isAddedByReload(CronEntry entry) {
        return last.complete() && isNewHere(entry);
    }

    /** A daemon ran, only without this schedule. But another one may have it, and be about to run a slot. */
    private CronRow withNothingMissed(CronRow row) {
        Instant grace = now.minus(CronEntry.GRACE);
        return row.lastRun().isBefore(grace) && moves.advanceCron(row.id(), row.lastRun(), grace)
                ? new CronRow(row.id(), row.timing(), grace, row.enabled())
                : row;
    }

    /** The end of what was dealt with. */
    private Instant start(CronEntry entry, CronRow row) {
        boolean isAdrift = row.lastRun().isAfter(now.plus(LARGEST_STEP_BACK));
        return isAdrift ? anchor(entry, row.lastRun()) : row.lastRun();
    }

    /** The row stays until a slot is run: at boot many a clock is wrong for a moment. */
    private Instant anchor(CronEntry entry, Instant lastRun) {
        Instant known = last.anchors().get(entry.id());
        if (known == null) {
            news.add(new CronNews.Adrift(entry, lastRun));
        }
        Instant anchor = known == null || known.isAfter(now) ? now : known;
        anchors.put(entry.id(), anchor);
        return anchor;
    }

    private void take(CronEntry entry, CronRow row, Due due) {
        if (row.enabled()) {
            enqueue(entry, due);
        } else {
            news.add(new CronNews.Dropped(entry, due.first()));
        }
    }

    private void enqueue(CronEntry entry, Due due) {
        due.passedOver().ifPresent(first -> news.add(new CronNews.PassedOver(entry, first, due.slots())));
        boolean mayOverlap = due.slots().isEmpty() || entry.runsBeside(due);
        Optional<Long> previous = mayOverlap ? Optional.empty() : moves.unfinishedJobOf(entry.id());
        if (previous.isPresent()) {
            news.add(new CronNews.Overlapped(entry, due.slots().get(0), previous.get()));
            return;
        }
        for (Instant slot : due.slots()) {
            long job = moves.enqueue(entry.jobAt(slot)).id();
            moves.linkCron(entry.id(), job, slot);
            news.add(new CronNews.Enqueued(entry, slot, job));
            jobs++;
        }
    }
}
