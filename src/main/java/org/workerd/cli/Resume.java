package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.job.Names;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd resume}. */
@Command(
        name = "resume",
        sortOptions = false,
        description = "Resume one paused queue or all.",
        footer = {"", "Examples:", "  workerd resume bulk", "  workerd resume"})
final class Resume implements Callable<Integer> {
    private final Main main;

    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "the queue (default: all)")
    @Nullable
    String queue;

    Resume(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        if (queue != null) {
            Names.checked("the queue's name", queue);
        }
        try (JobStore store = Main.engine(main.settings().settings()).open()) {
            boolean changed = store.transaction(moves -> moves.resume(queue));
            if (queue != null && isPaused(store)) {
                throw new Failure(
                        ExitCode.FAILED,
                        "the queue " + queue + " stays paused, because all queues are paused",
                        "Resume all queues: workerd resume");
            }
            main.console().say(changed ? Pause.said(queue) + " resumed." : notPaused());
        }
        return 0;
    }

    private String notPaused() {
        return queue == null ? "No queue is paused." : Pause.said(queue) + " not paused.";
    }

    private static boolean isPaused(JobStore store) {
        try (JobQueries queries = store.queries()) {
            return queries.pauses().containsKey(JobQueries.ALL_QUEUES);
        }
    }
}
