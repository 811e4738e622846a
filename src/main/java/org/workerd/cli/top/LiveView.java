package org.workerd.cli.top;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.Terminal;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.job.Names;
import org.workerd.ops.Json;
import org.workerd.ops.OutputTail;
import org.workerd.ops.Overview;
import org.workerd.ops.WaitReasons;
import org.workerd.store.Changes;
import org.workerd.store.Engine;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.StoreException;

/** Shows a queue as it changes. It looks when the queue has changed, and now and then for what no change tells. */
public final class LiveView {
    /** A busy queue changes a thousand times a second. */
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** A daemon that is killed changes nothing in the queue. */
    private static final long LONGEST = Duration.ofSeconds(5).toNanos();

    private static final Duration TICK = Duration.ofSeconds(1);
    /** Of a kind, where no terminal says how many have room. */
    private static final int MANY = 50;

    private final Engine engine;
    private final Settings settings;
    private final Function<JobQueries, WaitReasons> reasons;
    private InstantSource clock;
    private final boolean colours;
    private Overview overview;
    private long version;
    private long looked;

    /** Has looked once; throws what that does. */
    public LiveView(
            Engine engine,
            Settings settings,
            Function<JobQueries, WaitReasons> reasons,
            InstantSource clock,
            boolean colours) {
        this.engine = engine;
        this.settings = settings;
        this.reasons = reasons;
        this.clock = clock;
        this.colours = colours;
        try (JobQueries queries = engine.openForReading()) {
            this.overview = overview(queries);
        }
    }

    /** For a terminal, or for a program: then nothing is cut off. */
    public List<String> once(boolean atTerminal, int columns) {
        int width = atTerminal ? columns : Integer.MAX_VALUE;
        return lines(width, Integer.MAX_VALUE, atTerminal ? LiveView::local : Times::rfc3339);
    }

    /** For a program, with the names that other commands use in JSON. */
    public void once(Json document) throws IOException {
        overview.write(clock.instant(), document);
    }

    /** Until somebody presses q. */
    public void run(Console console) throws IOException {
        Attention attention = new Attention();
        try (RawTerminal terminal = new RawTerminal(console.data(), attention)) {
            Screen screen = terminal.open(console.input());
            while (!attention.isOver()) {
                try (JobQueries queries = engine.openForReading();
                        Changes changes = engine.changes(queries)) {
                    watch(queries, changes, screen, attention);
                } catch (StoreException failure) {
                    screen.show(List.of(
                            "workerd: " + Names.printable(String.valueOf(failure.getMessage())),
                            "  It is tried again."));
                    attention.pause(TICK);
                }
            }
        }
    }

    private void watch(JobQueries queries, Changes changes, Screen screen, Attention attention) throws IOException {
        look(queries);
        Terminal.Size size = Terminal.size();
        while (!attention.isOver()) {
            if (attention.takeResize()) {
                size = Terminal.size();
                screen.clear();
            }
            screen.show(lines(size.columns(), size.rows(), LiveView::local));
            for (JobView job : overview.running()) {
                changes.watch(OutputTail.path(settings, job.id(), job.attempt()).resolveSibling(""));
            }
            attention.pause(PAUSE);
            attention.during(() -> changes.await(TICK));
            if (queries.dataVersion() != version || System.nanoTime() - looked > LONGEST) {
                look(queries);
            } else {
                overview = overview.withOutput(settings);
            }
        }
    }

    private void look(JobQueries queries) {
        version = queries.dataVersion();
        looked = System.nanoTime();
        overview = overview(queries);
    }

    private Overview overview(JobQueries queries) {
        clock = queries.clock(clock);
        return Overview.of(queries, settings, reasons.apply(queries), clock.instant(), MANY);
    }

    private List<String> lines(int columns, int rows, Function<Instant, String> time) {
        Instant now = clock.instant();
        String title = "workerd top  " + time.apply(now) + "  " + engine.name();
        return new Frame(overview, new Frame.Look(title, columns, rows, colours, time), now).lines();
    }

    /** To the minute: what changes each second would be drawn each second. */
    private static String local(Instant time) {
        ZoneId zone = ZoneId.systemDefault();
        String text = Times.local(time, zone);
        return text.substring(0, 10) + " " + text.substring(11, 16) + " " + zone.getId();
    }
}
