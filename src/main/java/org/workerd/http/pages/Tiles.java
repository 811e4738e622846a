package org.workerd.http.pages;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.workerd.job.JobState;
import org.workerd.job.Span;
import org.workerd.ops.QueueNumbers;
import org.workerd.store.JobQueries.DaemonView;

/** The figures of the first page. */
public final class Tiles {
    private final Frame frame;
    private final Collection<QueueNumbers> queues;

    private Tiles(Frame frame, Collection<QueueNumbers> queues) {
        this.frame = frame;
        this.queues = queues;
    }

    public static List<Tile> of(Frame frame, Collection<QueueNumbers> queues, List<DaemonView> daemons) {
        return new Tiles(frame, queues).all(daemons);
    }

    private List<Tile> all(List<DaemonView> daemons) {
        long slots = daemons.stream().mapToLong(DaemonView::slots).sum();
        Duration oldest = queues.stream()
                .map(QueueNumbers::oldestReady)
                .filter(Objects::nonNull)
                .max(Duration::compareTo)
                .orElse(null);
        String running = Figures.count(sum(JobState.RUNNING)) + " / " + slots;
        return List.of(
                tile(JobState.READY, ""),
                new Tile("oldest ready", oldest == null ? "–" : Span.brief(oldest), href(JobState.READY), ""),
                new Tile("running / slots", running, href(JobState.RUNNING), "good"),
                tile(JobState.RETRYING, "warn"),
                tile(JobState.SCHEDULED, ""),
                tile(JobState.BLOCKED, ""),
                tile(JobState.DEAD, "bad"),
                tile(JobState.DONE, ""));
    }

    private Tile tile(JobState state, String look) {
        long count = sum(state);
        return new Tile(state.word(), Figures.count(count), href(state), count == 0 ? "" : look);
    }

    private String href(JobState state) {
        return frame.href(Query.of("state", state.word()).behind("/jobs"));
    }

    private long sum(JobState state) {
        return queues.stream().mapToLong(queue -> queue.count(state)).sum();
    }
}
