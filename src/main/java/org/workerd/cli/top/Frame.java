package org.workerd.cli.top;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.StateColours;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Progress;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.ops.Overview;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.ScheduleView;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.JobView;

/** An overview as lines for people. For one overview, size and moment. */
final class Frame {
    /** Narrower than this the progress has a shorter bar. */
    private static final int WIDE = 100;

    private static final int STATE = 2;

    private final Overview overview;
    private final Look look;
    private final Instant now;

    Frame(Overview overview, Look look, Instant now) {
        this.overview = overview;
        this.look = look;
        this.now = now;
    }

    /**
     * What the lines must fit into.
     *
     * @param title of the first line
     * @param colours may be used
     * @param time how to show a time that is not about how long ago
     */
    record Look(String title, int columns, int rows, boolean colours, Function<Instant, String> time) {}

    /** A table, and how many rows it would have. */
    private record Section(Table table, List<String[]> rows, long all) {
        /** The heading, so many rows, and how many more there are. */
        List<String> lines(int most, int columns) {
            int shown = all > most ? Math.max(0, most - 1) : rows.size();
            rows.stream().limit(shown).forEach(table::row);
            List<String> lines = new ArrayList<>(table.lines(columns));
            if (all > shown) {
                lines.add("… " + (all - shown) + " more");
            }
            return lines;
        }
    }

    /** None wider than the terminal, and no more than it has rows. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(look.title(), summary(), daemons()));
        List<Section> sections = Stream.of(running(), failed(), queues(), schedules())
                .filter(section -> section.all() > 0)
                .toList();
        int[] rooms = rooms(sections, look.rows() - lines.size() - 2 * sections.size());
        for (int i = 0; i < sections.size(); i++) {
            lines.add("");
            List<String> table = sections.get(i).lines(rooms[i], look.columns());
            lines.add(look.colours() ? "\033[1m" + table.get(0) + "\033[0m" : table.get(0));
            lines.addAll(table.subList(1, table.size()));
        }
        return lines.stream().limit(look.rows()).map(this::fitted).toList();
    }

    /** How many rows each may have: as many as all the others, but none more than it needs. */
    private static int[] rooms(List<Section> sections, int rows) {
        int[] rooms = new int[sections.size()];
        boolean given = true;
        for (int left = rows; left > 0 && given; ) {
            given = false;
            for (int i = 0; i < rooms.length && left > 0; i++) {
                if (rooms[i] < sections.get(i).all()) {
                    rooms[i]++;
                    left--;
                    given = true;
                }
            }
        }
        return rooms;
    }

    private String fitted(String line) {
        return line.indexOf('\033') >= 0 ? line : Table.cut(Names.printable(line), look.columns());
    }

    private String summary() {
        Map<JobState, Long> counts = new EnumMap<>(overview.counts());
        counts.keySet().removeIf(JobState::isFinal);
        counts.values().removeIf(count -> count == 0);
        String jobs = counts.entrySet().stream()
                .map(one -> one.getValue() + " " + one.getKey().word())
                .collect(Collectors.joining(", "));
        long dead = overview.dead().count();
        String more = overview.dead().complete() ? "" : "more than ";
        return "Jobs: " + (jobs.isEmpty() ? "none waits or runs" : jobs)
                + (dead == 0 ? "" : "; " + more + dead + " died in the last 24h");
    }

    private String daemons() {
        if (overview.daemons().isEmpty()) {
            return "No daemon serves this queue. Start one: workerd start";
        }
        return "Daemons: " + overview.daemons().stream().map(Frame::daemon).collect(Collectors.joining("; "));
    }

    private static String daemon(DaemonView daemon) {
        return daemon.host() + " " + daemon.pid() + ", " + daemon.busy() + " of " + daemon.slots() + " slots busy";
    }

    private Section running() {
        Table table = new Table("RUNNING", "NAME", "ARGS", "ATTEMPT", "TOOK", "PROGRESS", "LAST LINE");
        List<String[]> rows = overview.running().stream()
                .map(job -> new String[] {
                    Long.toString(job.id()),
                    job.name(),
                    String.join(" ", job.args().stream().map(ShellWord::of).toList()),
                    Integer.toString(job.attempt()),
                    job.startedAt() == null ? "-" : Span.brief(Duration.between(job.startedAt(), now)),
                    bar(job.progress()),
                    said(job)
                })
                .toList();
        return new Section(table, rows, Math.max(rows.size(), overview.counts().getOrDefault(JobState.RUNNING, 0L)));
    }

    /** Its own words about how far it is, else what it printed last. */
    private String said(JobView job) {
        String message = job.progress() == null ? null : job.progress().message();
        return message == null ? overview.lastLines().getOrDefault(job.id(), "") : message;
    }

    private String bar(@Nullable Progress progress) {
        if (progress == null) {
            return "-";
        }
        int width = look.columns() < WIDE ? 5 : 20;
        int full = progress.percent() * width / 100;
        return "#".repeat(full) + ".".repeat(width - full) + " " + progress.percent() + "%";
    }

    private Section failed() {
        Table table = new Table("FAILED", "NAME", "STATE", "WHEN", "WHY");
        if (look.colours()) {
            table.colour(STATE, StateColours::of);
        }
        List<String[]> rows = overview.failed().stream()
                .map(job -> new String[] {
                    Long.toString(job.id()), job.name(), job.state().word(), when(job), why(job)
                })
                .toList();
        return new Section(table, rows, rows.size());
    }

    private String when(JobView job) {
        Instant time = job.finishedAt() == null ? job.startedAt() : job.finishedAt();
        return time == null ? "-" : Times.relative(time, now);
    }

    private String why(JobView job) {
        Instant again = job.state() == JobState.RETRYING ? job.runAt() : null;
        String next = again == null ? "" : "again " + Times.relative(again, now) + ": ";
        return next + Objects.requireNonNullElse(job.error(), "");
    }

    private Section queues() {
        Table table = new Table("QUEUE", "READY", "RUNNING", "WAITING", "DONE/MIN", "LIMIT", "STATUS");
        List<String[]> rows = overview.queues().queues().entrySet().stream()
                .map(queue -> queue(queue.getKey(), queue.getValue()))
                .toList();
        return new Section(table, rows, rows.size());
    }

    private String[] queue(String name, QueueNumbers numbers) {
        WaitsFor waits = overview.queues().waits().get(name);
        String status = waits != null ? waits.detail() : numbers.paused() ? "paused" : "";
        return new String[] {
            name,
            Long.toString(numbers.count(JobState.READY)),
            Long.toString(numbers.count(JobState.RUNNING)),
            Long.toString(numbers.waiting()),
            overview.perMinute().containsKey(name)
                    ? Long.toString(overview.perMinute().get(name))
                    : "-",
            overview.queues().limitsOf(name).orElse("-"),
            status
        };
    }

    private Section schedules() {
        Table table = new Table("SCHEDULE", "NEXT RUN", "AT", "LAST JOB");
        List<String[]> rows = overview.schedules().stream().map(this::schedule).toList();
        return new Section(table, rows, rows.size());
    }

    private String[] schedule(ScheduleView schedule) {
        String last = schedule.last() == null || schedule.last().job() == null
                ? "-"
                : schedule.last().job()
                        + schedule.outcome()
                                .map(outcome -> " " + outcome.word())
                                .orElse("");
        return new String[] {
            schedule.entry().id(),
            schedule.enabled()
                    ? schedule.next(now).map(next -> Times.relative(next, now)).orElse("never")
                    : "disabled",
            schedule.next(now).map(look.time()).orElse("-"),
            last
        };
    }
}
