package org.workerd.cli;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Settings;
import org.workerd.job.Names;
import org.workerd.job.NewJob;
import org.workerd.ops.QueueList;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd pause}. */
@Command(
        name = "pause",
        sortOptions = false,
        description = "Pause one queue or all: running jobs finish, no new ones start.",
        footer = {"", "Examples:", "  workerd pause bulk", "  workerd pause"})
final class Pause implements Callable<Integer> {
    private final Main main;

    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "the queue (default: all)")
    @Nullable
    String queue;

    Pause(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        if (queue != null) {
            Names.checked("the queue's name", queue);
        }
        Settings settings = main.settings().settings();
        try (JobStore store = Main.engine(settings).open()) {
            boolean changed = store.transaction(moves -> moves.pause(queue, moves.now(main.now())));
            main.console().say(said(queue) + (changed ? " paused." : " already paused."));
            if (queue != null && changed) {
                warnOfUnknown(queue, settings, store);
            }
        }
        return 0;
    }

    /** It may get its first job yet; but it may be a slip, too. */
    private void warnOfUnknown(String queue, Settings settings, JobStore store) {
        Set<String> known = new TreeSet<>(QueueList.configured(settings.limits()));
        known.add(NewJob.DEFAULT_QUEUE);
        settings.cron().forEach(entry -> known.add(entry.job().queue()));
        try (JobQueries queries = store.queries()) {
            known.addAll(queries.counts().keySet());
        }
        if (!known.contains(queue)) {
            main.console()
                    .say("  There is no such queue yet: no job has been in it, and it is not in the configuration. "
                            + Usage.meant(queue, known).orElse("") + "Undo it with: workerd resume " + queue);
        }
    }

    /** Without the verb's second half. */
    static String said(@Nullable String queue) {
        return queue == null ? "All queues are" : "The queue " + queue + " is";
    }
}
