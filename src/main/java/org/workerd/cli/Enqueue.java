package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.batch.Batch;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Ids;
import org.workerd.cli.text.Times;
import org.workerd.config.Settings;
import org.workerd.daemon.Directories;
import org.workerd.job.NewJob;
import org.workerd.ops.Json;
import org.workerd.ops.WaitReasons;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd enqueue}. */
@Command(
        name = "enqueue",
        sortOptions = false,
        description = "Store a job and print its id.",
        customSynopsis = {
            "workerd enqueue [OPTION…] NAME [ARG…]",
            "       workerd enqueue [OPTION…] NAME -- [ARG…]",
            "       workerd enqueue --batch FILE|- [--force] [--wait]"
        },
        footer = {
            "",
            "On a terminal, --wait shows each change of state, and why nothing happens.",
            "--timeout limits an attempt, --wait-timeout only the waiting.",
            "",
            "Everything after -- is passed to the handler, options too. The keys of a",
            "batch line are: name args payload queue priority delay at key max_attempts",
            "timeout after tags.",
            "",
            "Examples:",
            "  workerd enqueue hello",
            "  workerd enqueue mail ann@example.org --payload @letter.txt --delay 10m",
            "  workerd enqueue run --queue ci --follow -- make -j4 all",
            "  workerd enqueue --batch jobs.jsonl"
        })
final class Enqueue implements Callable<Integer> {
    private final Main main;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "the job's name, which selects the handler")
    @Nullable
    String name;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARG", description = "an argument for the handler")
    List<String> args = List.of();

    @Mixin
    final JobOptions options = new JobOptions();

    @Option(names = "--wait", description = "wait until the job has ended, and exit as it did")
    boolean wait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "wait at most this long, then exit with 124; the job goes on")
    @Nullable
    Duration waitTimeout;

    @Option(names = "--follow", description = "wait, and print the job's output")
    boolean follow;

    @Option(names = "--force", description = "store the job even if no handler has this name")
    boolean force;

    @Option(
            names = "--batch",
            paramLabel = "FILE|-",
            description = "store many jobs, one JSON object per line: all or none")
    @Nullable
    String batch;

    @Option(names = "--json", description = "print {\"jobs\":[{\"id\":1,\"stored\":true}]}; false: the key was taken")
    boolean json;

    @Option(names = "-q", description = "the ids only")
    boolean quiet;

    Enqueue(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (follow && (json || batch != null)) {
            throw Usage.wrong(
                    "enqueue", "--follow prints the output of one job: it cannot be used with --json or --batch");
        }
        Settings settings = main.settings().settings();
        Ids ids = batch == null ? storeOne(settings) : storeBatch(batch, settings);
        main.console().done(ids.summary(), ids.count() == 1 ? "its id" : "the ids");
        print(ids);
        // Whoever reads the ids need not wait for the jobs.
        main.console().flush();
        return isAwaited() ? new JobWaiter(main, settings, waitTimeout, follow).await(ids) : 0;
    }

    private boolean isAwaited() {
        return wait || follow || waitTimeout != null;
    }

    private Ids storeOne(Settings settings) throws IOException {
        if (name == null) {
            throw Usage.wrong("enqueue", "the job's name is missing");
        }
        NewJob job = options.job(name, args, main.now(), main.console().input());
        tellTime(job);
        if (!force) {
            new HandlerCheck(settings).refusal(name).ifPresent(failure -> {
                throw failure;
            });
        }
        try (JobStore store = open(settings)) {
            refuseUnknown(job.after(), store);
            Moves.Enqueued stored = store.transaction(moves -> moves.enqueue(delayed(job, moves)));
            Ids ids = new Ids();
            ids.add(stored.id(), stored.stored());
            return ids;
        }
    }

    /** By the clock of who runs it. */
    private NewJob delayed(NewJob job, Moves moves) {
        return options.delay == null || options.delay.isZero()
                ? job
                : job.withRunAt(moves.now(main.now()).plus(options.delay));
    }

    /** What was said in local time may have been meant in another one, or for another day. */
    private void tellTime(NewJob job) {
        if (options.at != null && options.at.isLocal() && job.runAt() != null && !quiet) {
            String time = Times.local(job.runAt(), ZoneId.systemDefault());
            main.console().say("workerd: it runs at " + time + " (" + Times.relative(job.runAt(), main.now()) + ")");
        }
    }

    /** The schema refuses them too, but in its own words. Most wait for none, and who asks a server needs a connection. */
    private static void refuseUnknown(List<Long> after, JobStore store) {
        if (after.isEmpty()) {
            return;
        }
        try (JobQueries queries = store.queries()) {
            WaitReasons.missing(after, queries).ifPresent(missing -> {
                throw new Failure(ExitCode.USAGE, missing, "Try: workerd list");
            });
        }
    }

    private Ids storeBatch(String file, Settings settings) throws IOException {
        if (name != null || !options.isEmpty()) {
            throw Usage.wrong(
                    "enqueue", "--batch takes each job from its line: leave out NAME and the options of a job");
        }
        if (!file.equals("-")) {
            InputFile.of("enqueue", file);
        }
        try (JobStore store = open(settings)) {
            Function<String, Optional<Failure>> refusal =
                    force ? name -> Optional.empty() : new HandlerCheck(settings)::refusal;
            return new Batch(main.console(), refusal, main.now()).store(file, store);
        }
    }

    /** The queue for writing, made where there is none; a file's with its directory. */
    static JobStore open(Settings settings) throws IOException {
        Path directory = settings.directory().path();
        if (settings.queue() instanceof QueueUrl.Sqlite && !Files.exists(directory)) {
            try {
                Directories.make(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            } catch (AccessDeniedException refused) {
                String what = Files.notExists(directory)
                        ? "make the queue's directory " + directory
                        : "open the queue " + Main.engine(settings).name();
                throw new StoreException(
                        StoreException.Kind.NOT_PERMITTED, "cannot " + what + ": permission denied", refused);
            } catch (FileAlreadyExistsException notADirectory) {
                throw new Failure(
                        ExitCode.FAILED,
                        "cannot make the queue's directory " + directory + ": " + notADirectory.getFile()
                                + " is not a directory",
                        "Set queue.url to another place.");
            }
        }
        return Main.engine(settings).openOrCreate();
    }

    private void print(Ids ids) throws IOException {
        Console console = main.console();
        if (json) {
            printJson(ids);
            return;
        }
        for (int i = 0; i < ids.count(); i++) {
            console.data(Long.toString(ids.id(i)));
        }
        if (batch != null || isAwaited() || quiet) {
            return;
        }
        console.hint(
                ids.isStored(0)
                        ? "Stored. Follow it with: workerd logs -f " + ids.id(0)
                        : "Nothing stored: job " + ids.id(0) + " has this key and has not ended.");
    }

    private void printJson(Ids ids) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeArrayFieldStart("jobs");
            for (int i = 0; i < ids.count(); i++) {
                out.writeStartObject();
                out.writeNumberField("id", ids.id(i));
                out.writeBooleanField("stored", ids.isStored(i));
                out.writeEndObject();
            }
        }
    }
}
