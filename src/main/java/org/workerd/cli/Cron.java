package org.workerd.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.StateColours;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.job.JobState;
import org.workerd.ops.HandlerView;
import org.workerd.ops.Json;
import org.workerd.ops.ScheduleView;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.CronView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd cron}. */
@Command(
        name = "cron",
        sortOptions = false,
        synopsisSubcommandLabel = "[COMMAND ID]",
        description = "List the schedules with their last job, its outcome and the next run.",
        commandListHeading = "%nCommands:%n",
        footer = {"", "Examples:", "  workerd cron", "  workerd cron next nightly -n 10", "  workerd cron run nightly"})
final class Cron implements Callable<Integer> {
    private static final int OUTCOME = 6;

    private final Main main;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the IDs only")
    boolean quiet;

    Cron(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        if (quiet) {
            settings.cron().forEach(entry -> main.console().data(entry.id()));
        } else if (json) {
            try (Json document = new Json(main.console().data())) {
                List<ScheduleView> schedules = schedules(settings);
                ScheduleView.write(schedules, main.now(), document);
            }
        } else if (settings.cron().isEmpty()) {
            main.console().say("There are no schedules. Add one to the configuration: a table [cron.ID]");
        } else {
            print(schedules(settings));
        }
        return 0;
    }

    /** What they did, as far as there is a queue yet. */
    private List<ScheduleView> schedules(Settings settings) {
        HandlerView handlers = HandlerCheck.view(settings);
        if (settings.cron().isEmpty() || !Main.engine(settings).exists()) {
            return ScheduleView.of(settings.cron(), Optional.empty(), handlers);
        }
        try (JobQueries queries = main.read(settings)) {
            return ScheduleView.of(settings.cron(), Optional.of(queries), handlers);
        }
    }

    private void print(List<ScheduleView> schedules) {
        Table table = new Table(
                "ID", "SCHEDULE", "TIMEZONE", "HANDLER", "LAST RUN", "LAST JOB", "OUTCOME", "NEXT RUN", "NOTE");
        if (main.colours()) {
            table.colour(OUTCOME, StateColours::of);
        }
        schedules.forEach(schedule -> table.row(row(schedule)));
        main.console().print(table);
        schedules.forEach(this::tell);
    }

    private String[] row(ScheduleView schedule) {
        CronEntry entry = schedule.entry();
        CronView last = schedule.last();
        JobState state = last == null ? null : last.state();
        return new String[] {
            entry.id(),
            entry.schedule().text(),
            entry.zone().getId(),
            entry.job().name(),
            time(entry, last == null ? null : last.slot()),
            last == null || last.job() == null ? "-" : last.job().toString(),
            state == null ? "-" : state.word(),
            time(entry, schedule.next(main.now()).orElse(null)),
            note(schedule)
        };
    }

    private static String note(ScheduleView schedule) {
        return Stream.concat(schedule.enabled() ? Stream.empty() : Stream.of("disabled"), schedule.objection().stream())
                .collect(Collectors.joining("; "));
    }

    private void tell(ScheduleView schedule) {
        schedule.objection().ifPresent(why -> main.console().say(objection(schedule.entry(), why)));
        if (schedule.isBehind(main.now())) {
            main.console()
                    .say("The daemon does not use this version of "
                            + schedule.entry().id() + " yet: workerd reload");
        }
    }

    /** What to say of a schedule whose jobs cannot run. */
    static String objection(CronEntry entry, String why) {
        return "workerd: jobs of the schedule " + entry.id() + ", named "
                + entry.job().name() + ", will wait: " + why;
    }

    private String time(CronEntry entry, @Nullable Instant time) {
        if (time == null) {
            return "-";
        }
        return main.console().isTerminal() ? Times.relative(time, main.now()) : Times.local(time, entry.zone());
    }
}
