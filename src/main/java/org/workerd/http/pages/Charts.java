package org.workerd.http.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.workerd.http.pages.Chart.Kind;
import org.workerd.job.Activity;
import org.workerd.job.Span;
import org.workerd.job.Spread;
import org.workerd.ops.History;

/**
 * What happened lately.
 *
 * @param window how far back
 * @param step of each bar, like {@code 15m}
 */
public record Charts(History.Window window, String step, List<Chart> all) {
    private static final List<Chart.Source> SOURCES = List.of(
            new Chart.Source(
                    "throughput",
                    "Attempts that ended",
                    List.of(new Kind("done", "done"), new Kind("failed", "failed")),
                    List.of("Done", "Failed", "Dead"),
                    point -> List.of(done(point.activity()), failed(point.activity())),
                    point -> List.of(
                            Figures.count(done(point.activity())),
                            Figures.count(failed(point.activity())),
                            Figures.count(point.activity().dead())),
                    Figures::count),
            new Chart.Source(
                    "waiting",
                    "Jobs ready",
                    List.of(new Kind("ready at most", "ready")),
                    List.of("Ready at most", "Waited on average", "95 % at most"),
                    point -> List.of(point.ready()),
                    point -> List.of(
                            Figures.count(point.ready()),
                            mean(point.activity().waited()),
                            most(point.activity().waited())),
                    Figures::count),
            new Chart.Source(
                    "runtime",
                    "Run time",
                    List.of(new Kind("on average", "running")),
                    List.of("On average", "Half at most", "95 % at most"),
                    point -> List.of(average(point.activity().ran())),
                    point -> List.of(
                            mean(point.activity().ran()),
                            bound(point.activity().ran(), 0.5),
                            most(point.activity().ran())),
                    millis -> Span.brief(Duration.ofMillis(millis))));

    public Charts {
        all = List.copyOf(all);
    }

    public static Charts of(History history, Instant now) {
        return new Charts(
                history.window(),
                Span.format(history.window().step()),
                SOURCES.stream().map(source -> Chart.of(source, history, now)).toList());
    }

    private static long done(Activity activity) {
        return activity.count("done");
    }

    private static long failed(Activity activity) {
        return activity.count("failed") + activity.count("timeout");
    }

    private static long average(Spread spread) {
        long count = spread.count();
        return count == 0 ? 0 : Math.max(1, spread.millis() / count);
    }

    private static String mean(Spread spread) {
        return spread.count() == 0 ? "–" : Span.brief(Duration.ofMillis(spread.millis() / spread.count()));
    }

    private static String most(Spread spread) {
        return bound(spread, 0.95);
    }

    /** Known only by the classes that are counted. */
    private static String bound(Spread spread, double share) {
        if (spread.count() == 0) {
            return "–";
        }
        OptionalLong bound = spread.bound(share);
        return bound.isPresent() ? "≤ " + Span.format(Duration.ofMillis(bound.getAsLong())) : "longer";
    }
}
