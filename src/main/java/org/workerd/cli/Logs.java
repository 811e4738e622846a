package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.ops.JobOutput;
import org.workerd.ops.OutputFollower;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.OutputFeeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd logs}. */
@Command(
        name = "logs",
        sortOptions = false,
        description = "Print the output of a job, stdout and stderr together.",
        footer = {
            "",
            "Of long output only the head and the tail are kept (jobs.output_limit). A file",
            "or pipe gets it byte for byte; on a terminal, colours and control characters are",
            "removed.",
            "",
            "Examples:",
            "  workerd logs 42",
            "  workerd logs -f 42",
            "  workerd logs 42 --attempt 1"
        })
final class Logs implements Callable<Integer> {
    static final Duration LONG = Duration.ofSeconds(1);
    static final Duration SHORT = Duration.ofMillis(50);

    private final Main main;

    @Parameters(paramLabel = "ID", converter = Converters.JobId.class, description = "the job")
    long id;

    @Option(
            names = {"-f", "--follow"},
            description = "follow the output until the job has ended; also waits for it to start")
    boolean follow;

    @Option(names = "--attempt", paramLabel = "N", description = "which attempt (default: the last)")
    @Nullable
    Integer attempt;

    Logs(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (attempt != null && attempt < 1) {
            throw Usage.wrong("logs", "--attempt must be at least 1, was " + attempt);
        }
        Settings settings = main.settings().settings();
        try (JobQueries queries = main.read(settings)) {
            JobView job = Show.find(queries, id);
            JobOutput output = new JobOutput(settings, queries, job);
            if (follow && !job.state().isFinal()) {
                try (Changes changes = Main.engine(settings).changes(queries);
                        OutputFeeds feeds = Main.engine(settings).feeds().orElse(null);
                        FollowedOutput followed =
                                new FollowedOutput(main.console(), output, feeds, id, begin(job, output))) {
                    follow(job, followed, new Session(settings, queries, changes));
                }
            } else {
                print(job, output, queries.attempts(id));
            }
        }
        return 0;
    }

    private void print(JobView job, JobOutput output, List<JobView.Attempt> attempts) throws IOException {
        Integer asked = attempt;
        if (asked != null && attempts.stream().noneMatch(one -> one.number() == asked)) {
            throw new Failure(ExitCode.FAILED, "job " + id + " has no attempt " + asked, "Try: workerd show " + id);
        }
        // One that snoozed was given back: the next will have its number, but its output is there until then.
        int number = asked != null
                ? asked
                : attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
        if (number > 0 && output.isThere(number)) {
            if (attempts.size() > 1) {
                main.console().hint("workerd: attempt " + number + " of " + attempts.size());
            }
            output.copyTo(main.console().programOutput(), number);
        } else {
            main.console().say(silence(job, number, newest(output, number - 1)));
        }
    }

    private String silence(JobView job, int number, Optional<Integer> earlier) {
        if (attempt == null && earlier.isEmpty()) {
            return "Job " + id + " has printed nothing; it is " + job.state().word() + ".";
        }
        String words = "Attempt " + number + " of job " + id + " has printed nothing.";
        return attempt != null || earlier.isEmpty()
                ? words
                : words + " Attempt " + earlier.get() + " has: workerd logs " + id + " --attempt " + earlier.get();
    }

    /** What it uses as long as it follows. */
    private record Session(Settings settings, JobQueries queries, Changes changes) {}

    private void follow(JobView first, FollowedOutput followed, Session session)
            throws IOException, InterruptedException {
        OutputFollower output = followed.follower();
        int begun = output.number();
        boolean earlier = attempt == null && first.state() != JobState.RUNNING && begun <= first.attempt();
        if (earlier) {
            // Not for people alone: that it failed is the first thing to know of what comes now.
            main.console()
                    .say("workerd: attempt " + begun + ", which has ended; the job is "
                            + first.state().word());
        }
        while (true) {
            // The state before the output: what was printed before the end is there when the end is seen.
            JobView job = Show.find(session.queries(), id);
            JobOutput now = new JobOutput(session.settings(), session.queries(), job);
            if (!followed.copy(now)) {
                return;
            }
            if (attempt == null && output.advance(now)) {
                String label = "workerd: attempt " + output.number();
                if (earlier) {
                    main.console().say(label);
                } else {
                    main.console().hint(label);
                }
                continue;
            }
            if (job.state().isFinal() || (attempt != null && job.isOver(attempt))) {
                main.console().hint("workerd: job " + id + " is " + job.state().word());
                return;
            }
            boolean watched = session.changes().watch(output.directory());
            session.changes().await(watched || job.state() != JobState.RUNNING ? LONG : SHORT);
        }
    }

    /** The attempt to begin with: the one asked for, the running one, the newest that printed, or the one that comes. */
    private int begin(JobView job, JobOutput output) {
        if (attempt != null) {
            return attempt;
        }
        return job.state() == JobState.RUNNING
                ? job.attempt()
                : newest(output, job.attempt()).orElse(job.attempt() + 1);
    }

    private static Optional<Integer> newest(JobOutput output, int last) {
        for (int number = last; number > 0; number--) {
            if (output.isThere(number)) {
                return Optional.of(number);
            }
        }
        return Optional.empty();
    }
}
