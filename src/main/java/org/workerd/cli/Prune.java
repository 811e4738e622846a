package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.workerd.config.Settings;
import org.workerd.ops.Json;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Pruned;
import org.workerd.store.Moves.Removed;
import org.workerd.worker.attempt.OutputFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd prune}. */
@Command(
        name = "prune",
        sortOptions = false,
        description = "Delete ended jobs now that are older than [retention] says.",
        footer = {
            "",
            "The daemon does this automatically every few minutes.",
            "",
            "Examples:",
            "  workerd prune",
            "  WORKERD_RETENTION__DONE=1d workerd prune -q"
        })
final class Prune implements Callable<Integer> {
    private static final int AT_ONCE = 500;

    private final Main main;

    @Option(names = "--json", description = "the ids as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the ids only")
    boolean quiet;

    Prune(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        List<Long> removed = prune(settings);
        String told = removed.size() == 1 ? "1 job pruned" : removed.size() + " jobs pruned";
        if (!removed.isEmpty()) {
            main.console().done(told, removed.size() == 1 ? "its id" : "their ids");
        }
        if (json) {
            try (Json document = new Json(main.console().data())) {
                JsonGenerator out = document.generator();
                out.writeStartObject();
                out.writeArrayFieldStart("ids");
                for (long id : removed) {
                    out.writeNumber(id);
                }
            }
        } else if (quiet) {
            removed.forEach(id -> main.console().data(Long.toString(id)));
        } else {
            main.console().say(told + ".");
        }
        return 0;
    }

    private List<Long> prune(Settings settings) throws IOException {
        List<Long> removed = new ArrayList<>();
        OutputFiles outputs = new OutputFiles(settings.directory());
        try (JobStore store = Main.engine(settings).open()) {
            long next = 0;
            while (next != Pruned.NOTHING_MORE) {
                long from = next;
                Pruned step = store.transaction(
                        moves -> moves.prune(settings.retention(), moves.now(main.now()), from, AT_ONCE));
                outputs.remove(step.jobs());
                step.jobs().stream().map(Removed::id).forEach(removed::add);
                main.console().progress(removed.isEmpty() ? "" : removed.size() + " jobs pruned");
                next = step.next();
            }
        }
        main.console().progress("");
        return removed;
    }
}
