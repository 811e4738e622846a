package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Ids;
import org.workerd.config.Settings;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd wait}. */
@Command(
        name = "wait",
        sortOptions = false,
        description = "Wait until all these jobs have ended, and exit as they did.",
        footer = {
            "",
            "On a terminal it shows each change of state, and why nothing happens.",
            "--timeout ends only the waiting, the jobs go on. To limit an attempt, use",
            "enqueue --timeout.",
            "",
            "Exit status: 0 if all are done, else that of the first job that is not: its own,",
            "128 + n for signal n, 124 if it or the wait timed out, 125 if it was",
            "cancelled or never ran.",
            "",
            "Examples:",
            "  workerd wait 42",
            "  workerd wait 42 43 --timeout 10m"
        })
final class Wait implements Callable<Integer> {
    private final Main main;

    @Parameters(arity = "1..*", paramLabel = "ID", converter = Converters.JobId.class, description = "the jobs")
    List<Long> ids = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "wait at most this long")
    @Nullable
    Duration timeout;

    Wait(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Ids jobs = new Ids();
        ids.forEach(id -> jobs.add(id, true));
        return new JobWaiter(main, settings(), timeout, false).await(jobs);
    }

    /** Of a queue that has all of the jobs: better now than after an hour's wait. */
    private Settings settings() {
        Settings settings = main.settings().settings();
        try (JobQueries queries = main.read(settings)) {
            ids.forEach(id -> Show.find(queries, id));
        }
        return settings;
    }
}
