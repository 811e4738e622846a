package org.workerd.http.pages;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.ops.ScheduleView;

/** All schedules. */
public record SchedulesPage(Frame frame, List<Line> schedules) {
    public SchedulesPage {
        schedules = List.copyOf(schedules);
    }

    /**
     * A schedule in a table.
     *
     * @param objection why its jobs cannot run; empty: they can
     * @param last when it last enqueued a job; null: never
     * @param lastState null: that job is kept no longer
     */
    public record Line(
            String id,
            String schedule,
            String zone,
            String handler,
            String objection,
            boolean enabled,
            List<Moment> next,
            @Nullable Moment last,
            @Nullable Long lastJob,
            @Nullable JobState lastState) {
        private static final int SHOWN = 3;

        public Line {
            next = List.copyOf(next);
        }

        public static Line of(ScheduleView view, Instant now) {
            var last = view.last();
            return new Line(
                    view.entry().id(),
                    view.entry().schedule().text(),
                    view.entry().zone().getId(),
                    view.entry().job().name(),
                    view.objection().orElse(""),
                    view.enabled(),
                    view.enabled() ? next(view, now) : List.of(),
                    Moment.ofNullable(last == null ? null : last.slot(), now),
                    last == null ? null : last.job(),
                    last == null ? null : last.state());
        }

        private static List<Moment> next(ScheduleView view, Instant now) {
            List<Moment> times = new java.util.ArrayList<>();
            Instant time = view.entry().next(now).orElse(null);
            while (time != null && times.size() < SHOWN) {
                times.add(Moment.of(time, now));
                time = view.entry().next(time).orElse(null);
            }
            return times;
        }
    }
}
