package org.workerd.http.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.workerd.ops.History;
import org.workerd.store.JobQueries;

/**
 * Bars over time, drawn by the server, with their numbers.
 *
 * @param peak what the highest bar is
 * @param headings of the numbers
 */
public record Chart(
        String id,
        String title,
        String peak,
        List<Kind> kinds,
        List<Column> columns,
        List<String> headings,
        Moment from,
        Moment to) {
    /** Units of height; each column is {@link #STEP} wide. */
    public static final long HEIGHT = 100;

    public static final long STEP = 10;
    private static final long GAP = 2;
    private static final long LOWEST = 2;

    public Chart {
        kinds = List.copyOf(kinds);
        columns = List.copyOf(columns);
        headings = List.copyOf(headings);
    }

    /** What a part of a bar stands for, and how it looks. */
    public record Kind(String name, String look) {}

    /** A bar, from below, and what it stands for in numbers. */
    public record Column(Moment at, String title, List<Part> parts, List<String> numbers) {}

    /** A rectangle. */
    public record Part(long x, long y, long width, long height, String look) {}

    /** What a chart shows of each step: a value for each kind, and the words of the table. */
    record Source(
            String id,
            String title,
            List<Kind> kinds,
            List<String> headings,
            Function<JobQueries.Moment, List<Long>> values,
            Function<JobQueries.Moment, List<String>> numbers,
            LongFunction<String> words) {}

    static Chart of(Source source, History history, java.time.Instant now) {
        long most = 0;
        for (JobQueries.Moment point : history.points()) {
            most = Math.max(most, sum(source.values().apply(point)));
        }
        List<Column> columns = new ArrayList<>();
        for (JobQueries.Moment point : history.points()) {
            columns.add(column(source, point, columns.size(), most, now));
        }
        return new Chart(
                source.id(),
                source.title(),
                most == 0 ? "nothing" : "at most " + source.words().apply(most),
                source.kinds(),
                columns,
                source.headings(),
                columns.get(0).at(),
                Moment.of(now, now));
    }

    private static Column column(Source source, JobQueries.Moment point, int index, long most, java.time.Instant now) {
        List<Long> values = source.values().apply(point);
        List<Part> parts = new ArrayList<>();
        long y = HEIGHT;
        for (int kind = 0; kind < values.size(); kind++) {
            long value = values.get(kind);
            if (value > 0) {
                long height = Math.max(LOWEST, Math.round((double) value * HEIGHT / most));
                y = Math.max(0, y - height);
                parts.add(new Part(
                        index * STEP + GAP / 2,
                        y,
                        STEP - GAP,
                        height,
                        source.kinds().get(kind).look()));
            }
        }
        Moment at = Moment.of(point.at(), now);
        String title = at.exact() + ": " + source.words().apply(sum(values));
        return new Column(at, title, parts, source.numbers().apply(point));
    }

    private static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }

    /** How wide all of it is. */
    public long width() {
        return columns.size() * STEP;
    }

    /** Those of which there is anything to tell, the latest first. */
    public List<Column> told() {
        List<Column> told = new ArrayList<>();
        for (Column column : columns) {
            if (!column.parts().isEmpty()) {
                told.add(0, column);
            }
        }
        return told;
    }
}
