package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd pause}. */
@Command(
        name = "pause",
        sortOptions = false,
        description = "Begin no more jobs, of one queue or of all, until workerd resume; what runs may end.",
        footer = {"", "Examples:", "  workerd pause bulk", "  workerd pause"})
final class Pause implements Callable<Integer> {
    private final Main main;

    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "this one only; else all queues")
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
        try (JobStore store = Main.database(main.settings().settings()).open()) {
            boolean changed = store.transaction(moves -> moves.pause(queue, main.now()));
            main.console().say(said(queue) + (changed ? " paused." : " paused already."));
        }
        return 0;
    }

    /** Without the verb's second half. */
    static String said(@Nullable String queue) {
        return queue == null ? "All queues are" : "The queue " + queue + " is";
    }
}
