package org.workerd.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.trial.TrialEnd;
import org.workerd.cli.trial.TrialRun;
import org.workerd.cli.trial.TrialUser;
import org.workerd.config.Settings;
import org.workerd.daemon.HandlerEnvironment;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.worker.attempt.Trial;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd try}. */
@Command(
        name = "try",
        sortOptions = false,
        description = "Run a handler now, as the daemon would, without storing a job.",
        customSynopsis = {"workerd try [OPTION…] NAME [ARG…]", "       workerd try [OPTION…] NAME -- [ARG…]"},
        footer = {
            "",
            "The handler's stdout and stderr go to stdout as they come. The last line, on",
            "stderr, says which state the job would be in. Needs no queue and no daemon; the",
            "handler runs as your user. Ctrl-C ends it with everything that it has started:",
            "TERM, and KILL after jobs.kill_grace.",
            "",
            "Exit status: the handler's own, 128 + n for signal n, 124 if it timed out,",
            "125 if it could not be run.",
            "",
            "Examples:",
            "  workerd try hello Ann",
            "  workerd try mail --payload @letter.txt --timeout 10s",
            "  workerd try build --attempt 3 -- make -j4 all"
        })
final class Try implements Callable<Integer> {
    private final Main main;

    @Parameters(index = "0", paramLabel = "NAME", description = "the handler's name")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String name;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARG", description = "an argument for the handler")
    List<String> args = List.of();

    @Option(
            names = "--payload",
            paramLabel = "TEXT|@FILE|-",
            description = "input for the handler's stdin: the text, the content of FILE, or - to pass on stdin")
    @Nullable
    String payload;

    @Option(names = "--queue", paramLabel = "Q", description = "the value of WORKERD_QUEUE (default)")
    String queue = NewJob.DEFAULT_QUEUE;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "time limit of the handler (jobs.timeout)")
    @Nullable
    Duration timeout;

    @Option(names = "--attempt", paramLabel = "N", description = "the number of the attempt (1)")
    int attempt = 1;

    @Option(names = "--json", description = "the outcome as one JSON document; the handler's output goes to stderr")
    boolean json;

    @Option(names = "-q", description = "without the line about the outcome")
    boolean quiet;

    Try(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        if (attempt < 1 || attempt > 1000) {
            throw Usage.wrong("try", "--attempt must be 1 to 1000, was " + attempt);
        }
        Settings settings = main.settings().settings();
        Claim claim = claim();
        Handlers handlers = HandlerCheck.handlers(settings);
        Vetting vetting = handlers.vet(name);
        boolean inJava = !(vetting instanceof Accepted) && settings.plugins().isPresent();
        if (vetting instanceof Refused || !(vetting instanceof Accepted || inJava)) {
            throw refusal(handlers, vetting);
        }
        TrialUser.check(settings, name, main.console());
        Trial.Terms terms = new Trial.Terms(
                settings.policies().of(name),
                handlers,
                inJava ? settings.plugins() : Optional.empty(),
                HandlerEnvironment.of(settings, main.environment().variables()));
        TrialEnd end = new TrialRun(main.console(), json).run(temporary(), claim, terms, main.now());
        main.console().done("the handler has run", "all that it printed");
        if (json) {
            end.printJson(main.console());
        } else if (!quiet) {
            end.tell(main.console());
        }
        return end.status();
    }

    /** As a daemon would have it of a job that says this of itself; checked as such a job is. */
    private Claim claim() throws IOException {
        String input = payload == null
                ? null
                : JobOptions.payload("try", payload, main.console().input());
        NewJob job = NewJob.named(name)
                .args(args)
                .payload(input)
                .queue(queue)
                .timeout(timeout)
                .build();
        return new Claim(
                Trial.NO_JOB,
                0,
                0,
                attempt,
                0,
                main.now(),
                job.name(),
                job.queue(),
                0,
                job.args(),
                job.payload(),
                null,
                job.timeout(),
                false,
                null);
    }

    private Failure refusal(Handlers handlers, Vetting vetting) {
        if (vetting instanceof Refused refused) {
            return new Failure(
                    ExitCode.NEVER_RAN,
                    "the handler \"" + name + "\" is refused: " + refused.reason(),
                    "The daemon does not run it either: its jobs wait until you fix that.");
        }
        return new Failure(
                ExitCode.NEVER_RAN,
                "no handler is named \"" + name + "\" in " + handlers.directory(),
                Usage.meant(name, handlers.all().keySet()).orElse("") + "workerd handlers lists them.");
    }

    private Path temporary() {
        String named = main.environment().variables().getOrDefault("TMPDIR", "");
        return Path.of(named.isEmpty() ? "/tmp" : named).toAbsolutePath();
    }
}
