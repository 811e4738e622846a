package org.workerd.http.pages;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.job.Rate;
import org.workerd.job.Span;
import org.workerd.ops.QueueList;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.WaitsFor;

/**
 * A queue in a table.
 *
 * @param pausedSince null: it is not paused
 * @param running with the limit, if there is one
 * @param oldest how long its oldest ready job has been so; empty: none is
 * @param why that one is not started; empty: it is about to be, or there is none
 */
public record QueueLine(
        String name,
        @Nullable Moment pausedSince,
        long ready,
        String running,
        long waiting,
        long done,
        long dead,
        String rate,
        int priority,
        String oldest,
        String why) {
    /** All of them, by name. */
    public static List<QueueLine> of(QueueList list, Instant now) {
        List<QueueLine> lines = new ArrayList<>();
        list.queues().forEach((name, numbers) -> lines.add(of(name, numbers, list, now)));
        return lines;
    }

    private static QueueLine of(String name, QueueNumbers numbers, QueueList list, Instant now) {
        Integer most = list.limits().queues().concurrency().get(name);
        Rate rate = list.limits().queues().rates().get(name);
        WaitsFor waits = list.waits().get(name);
        String running = Figures.count(numbers.count(JobState.RUNNING));
        return new QueueLine(
                name,
                Moment.ofNullable(numbers.pausedSince(), now),
                numbers.count(JobState.READY),
                most == null ? running : running + " of " + most,
                numbers.waiting(),
                numbers.count(JobState.DONE),
                numbers.count(JobState.DEAD),
                rate == null ? "" : rate.toString(),
                list.limits().priority(name),
                numbers.oldestReady() == null ? "" : Span.brief(numbers.oldestReady()),
                waits == null ? "" : waits.detail());
    }
}
