package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.CronView;
import org.workerd.worker.Ledger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd cron}. */
@Command(
        name = "cron",
        sortOptions = false,
        synopsisSubcommandLabel = "[next ID]",
        description = "List the schedules: what each runs, when it did so last and will do so next.",
        commandListHeading = "%nCommands:%n",
        footer = {"", "Examples:", "  workerd cron", "  workerd cron next nightly -n 10"})
final class Cron implements Callable<Integer> {
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
        List<CronEntry> entries = settings.cron();
        if (quiet) {
            entries.forEach(entry -> main.console().data(entry.id()));
        } else if (json) {
            printJson(entries, history(settings).views());
        } else if (entries.isEmpty()) {
            main.console().say("There are no schedules: a table [cron.ID] in the configuration makes one.");
        } else {
            print(entries, history(settings));
        }
        return 0;
    }

    /**
     * What the schedules did, as far as there is a queue yet.
     *
     * @param served a daemon is there
     */
    private record History(Map<String, CronView> views, boolean served) {
        /** The daemon has not read the configuration since it was changed, or goes by the clocks of another zone. */
        boolean isBehind(CronEntry entry, Instant now) {
            CronView view = views.get(entry.id());
            return served && (view == null || !entry.hasTiming(view.timing(), now));
        }
    }

    private static History history(Settings settings) {
        if (settings.cron().isEmpty() || Files.notExists(settings.queueFile())) {
            return new History(Map.of(), false);
        }
        try (JobQueries queries = Main.database(settings).openForReading()) {
            boolean served = queries.daemons().stream()
                    .anyMatch(daemon -> Ledger.isHeld(settings.directory(), daemon.id(), daemon.pid()));
            return new History(queries.cron(), served);
        }
    }

    private void print(List<CronEntry> entries, History history) {
        Table table = new Table("ID", "SCHEDULE", "TIMEZONE", "JOB", "LAST RUN", "NEXT RUN");
        for (CronEntry entry : entries) {
            table.row(
                    entry.id(),
                    entry.schedule().text(),
                    entry.zone().getId(),
                    entry.job().name(),
                    last(entry, history.views().get(entry.id())),
                    local(entry, entry.next(main.now()).orElse(null)));
        }
        main.console().print(table);
        entries.stream().filter(entry -> history.isBehind(entry, main.now())).forEach(entry -> main.console()
                .say("The daemon has not taken up " + entry.id() + " as it stands here: workerd reload"));
    }

    /** With the state of the job when it did not end well. */
    private static String last(CronEntry entry, @Nullable CronView view) {
        if (view == null || view.slot() == null) {
            return "-";
        }
        JobState state = view.state();
        String badly = state == JobState.DEAD || state == JobState.CANCELLED ? " (" + state.word() + ")" : "";
        return local(entry, view.slot()) + badly;
    }

    private static String local(CronEntry entry, @Nullable Instant time) {
        return time == null ? "-" : Times.local(time, entry.zone());
    }

    private void printJson(List<CronEntry> entries, Map<String, CronView> history) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeArrayFieldStart("cron");
            for (CronEntry entry : entries) {
                out.writeStartObject();
                out.writeStringField("id", entry.id());
                out.writeStringField("schedule", entry.schedule().text());
                out.writeStringField("timezone", entry.zone().getId());
                document.template(entry.job());
                out.writeStringField("missed", word(entry.missed()));
                out.writeStringField("overlap", word(entry.overlap()));
                document.lastRun(history.get(entry.id()));
                document.time("next_run", entry.next(main.now()).orElse(null));
                out.writeEndObject();
            }
        }
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(java.util.Locale.ROOT);
    }
}
