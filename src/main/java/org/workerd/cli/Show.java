package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.StateColours;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.cli.text.WaitText;
import org.workerd.config.Settings;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Progress;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.ops.HostName;
import org.workerd.ops.Json;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd show}. */
@Command(
        name = "show",
        sortOptions = false,
        description = "Show one job with its attempts.",
        footer = {
            "",
            "With --json a payload or result that is JSON is shown as JSON, else as a string.",
            "If it is nested more than 500 levels deep, it is shown as a string.",
            "",
            "Examples:",
            "  workerd show 42",
            "  workerd show 42 --json"
        })
final class Show implements Callable<Integer> {
    private static final int LABEL = 13;

    private final Main main;

    @Parameters(paramLabel = "ID", converter = Converters.JobId.class, description = "the job")
    long id;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the id only, to check that the job exists")
    boolean quiet;

    Show(Main main) {
        this.main = main;
    }

    /** The job, or a failure that says that there is none. */
    static JobView find(JobQueries queries, long id) {
        return queries.find(id).orElseThrow(() -> missing(id));
    }

    static Failure missing(long id) {
        return new Failure(ExitCode.FAILED, "there is no job " + id, "Try: workerd list");
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = main.settings().settings();
        try (JobQueries queries = main.read(settings)) {
            JobView job = find(queries, id);
            List<JobView.Attempt> attempts = queries.attempts(id);
            JobPolicy policy = settings.policies().of(job.name());
            WaitsFor waitsFor =
                    quiet ? null : main.waitReasons(settings, queries).of(job).orElse(null);
            if (json) {
                try (Json document = new Json(main.console().data())) {
                    document.job(job, attempts, policy, waitsFor);
                }
            } else if (quiet) {
                main.console().data(Long.toString(job.id()));
            } else {
                print(job, policy, waitsFor);
                print(attempts);
            }
        }
        return 0;
    }

    private void print(JobView job, JobPolicy policy, @Nullable WaitsFor waitsFor) {
        Duration timeout = job.timeoutMillis() == null ? policy.timeout() : Duration.ofMillis(job.timeoutMillis());
        line("id", Long.toString(job.id()));
        line("name", job.name());
        line("queue", job.queue());
        line(
                "state",
                job.state().word(),
                main.colours() ? StateColours.of(job.state().word()) : null);
        line(
                "waits for",
                waitsFor == null
                        ? null
                        : waitsFor.reason().thing() + ": "
                                + WaitText.of(
                                        waitsFor, main.now(), main.console().isTerminal()));
        line("schedule", job.cron());
        line("priority", Integer.toString(job.priority()));
        line("args", String.join(" ", job.args().stream().map(ShellWord::of).toList()));
        line("payload", job.payload());
        line("run at", time(job.runAt()));
        line("attempt", job.attempt() + " of " + job.lastAttempt(policy));
        line("key", job.key());
        line(
                "after",
                String.join(", ", job.after().stream().map(String::valueOf).toList()));
        line("tags", String.join(" ", job.tags().stream().map(ShellWord::of).toList()));
        line("timeout", Span.format(timeout));
        line("created", time(job.createdAt()));
        line("started", time(job.startedAt()));
        line("finished", time(job.finishedAt()));
        line("exit code", number(job.exitCode()));
        line("signal", number(job.signal()));
        line("error", job.error());
        line("result", job.result());
        if (job.state() == JobState.RUNNING) {
            line("progress", progress(job.progress()));
        }
    }

    static @Nullable String progress(@Nullable Progress progress) {
        if (progress == null) {
            return null;
        }
        return progress.percent() + "%" + (progress.message() == null ? "" : " " + progress.message());
    }

    private void print(List<JobView.Attempt> attempts) {
        if (attempts.isEmpty()) {
            return;
        }
        Table table = new Table("ATTEMPT", "STARTED", "TOOK", "OUTCOME", "EXIT", "SIGNAL", "DAEMON", "ERROR");
        for (JobView.Attempt attempt : attempts) {
            Instant end = attempt.finishedAt() == null ? main.now() : attempt.finishedAt();
            table.row(
                    Integer.toString(attempt.number()),
                    main.console().isTerminal() ? Times.local(attempt.startedAt()) : Times.rfc3339(attempt.startedAt()),
                    Span.brief(Duration.between(attempt.startedAt(), end)),
                    attempt.outcome() == null ? "running" : attempt.outcome(),
                    cell(attempt.exitCode()),
                    cell(attempt.signal()),
                    daemon(attempt),
                    attempt.error() == null ? "" : attempt.error());
        }
        main.console().data("");
        main.console().print(table);
    }

    private void line(String label, @Nullable String value) {
        line(label, value, null);
    }

    /** Absent is not shown. The colour is as terminals number them; null: none. */
    private void line(String label, @Nullable String value, @Nullable String colour) {
        if (value != null && !value.isEmpty()) {
            String text = Names.printable(value);
            String shown = colour == null ? text : "\033[" + colour + "m" + text + "\033[0m";
            main.console().print(List.of(label + " ".repeat(LABEL - label.length()) + shown));
        }
    }

    private @Nullable String time(@Nullable Instant time) {
        if (time == null) {
            return null;
        }
        return main.console().isTerminal()
                ? Times.local(time) + " (" + Times.relative(time, main.now()) + ")"
                : Times.rfc3339(time);
    }

    private static @Nullable String number(@Nullable Number number) {
        return number == null ? null : number.toString();
    }

    private static String daemon(JobView.Attempt attempt) {
        String host = HostName.other(attempt.host());
        return cell(attempt.daemonPid()) + (host == null ? "" : " on " + host);
    }

    private static String cell(@Nullable Number number) {
        return number == null ? "-" : number.toString();
    }
}
