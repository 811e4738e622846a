package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.ops.Json;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd cron run}. */
@Command(
        name = "run",
        sortOptions = false,
        description = "Enqueue the job of a schedule now, and print its id.",
        footer = {
            "",
            "It becomes the schedule's last job; the next runs do not change. Also works for a",
            "disabled schedule.",
            "",
            "Examples:",
            "  workerd cron run nightly",
            "  workerd wait $(workerd cron run nightly)"
        })
final class CronRun implements Callable<Integer> {
    private final Main main;

    @Parameters(paramLabel = "ID", description = "the schedule: [cron.ID] in the configuration")
    String id = "";

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the id only")
    boolean quiet;

    CronRun(Main main) {
        this.main = main;
    }

    /** @param unfinished another job of the schedule */
    private record Stored(long job, Optional<Long> unfinished) {}

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        CronEntry entry = CronNext.find(settings.cron(), id);
        Stored stored = store(entry, settings);
        main.console().done("job " + stored.job() + " is stored", "its id");
        print(stored.job());
        stored.unfinished().ifPresent(other -> main.console()
                .say("workerd: job " + other + " of the schedule " + id + " has not ended; both may run at once"));
        HandlerCheck.view(settings).objection(entry.job().name()).ifPresent(why -> main.console()
                .say(Cron.objection(entry, why)));
        if (!json && !quiet) {
            main.console().hint("Stored. Follow it with: workerd logs -f " + stored.job());
        }
        return 0;
    }

    private Stored store(CronEntry entry, Settings settings) throws IOException {
        try (JobStore store = Enqueue.open(settings)) {
            return store.transaction(moves -> {
                Optional<Long> unfinished = moves.unfinishedJobOf(id);
                long job = moves.enqueue(entry.job()).id();
                moves.linkCron(id, job, moves.now(main.now()));
                return new Stored(job, unfinished);
            });
        }
    }

    private void print(long job) throws IOException {
        if (!json) {
            main.console().data(Long.toString(job));
            return;
        }
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("id", job);
        }
    }
}
