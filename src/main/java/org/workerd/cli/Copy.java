package org.workerd.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.QueueUrls;
import org.workerd.config.Settings;
import org.workerd.engine.Engines;
import org.workerd.store.Engine;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTarget;
import org.workerd.store.copy.QueueCopy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd copy}. */
@Command(
        name = "copy",
        sortOptions = false,
        description = "Copy the queue into an empty one, of SQLite or PostgreSQL.",
        footer = {
            "",
            "All jobs with their history, the schedules' state, and the pauses; ids stay.",
            "No daemon may serve either queue. All or nothing: if it is interrupted, nothing",
            "is left behind. What was running runs again. The output of jobs is copied only",
            "from PostgreSQL to PostgreSQL. The source is not changed: set queue.url to the",
            "new queue before you start a daemon.",
            "",
            "Examples:",
            "  workerd copy --to postgresql://jobs@db.example/jobs",
            "  workerd copy --to sqlite:/var/lib/workerd/queue.db"
        })
final class Copy implements Callable<Integer> {
    private final Main main;

    @Option(
            names = "--to",
            paramLabel = "URL",
            required = true,
            description = "as queue.url: sqlite:PATH or postgresql://...")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String to;

    @Option(names = "--to-password-file", paramLabel = "FILE", description = "holds the password for that URL")
    @Nullable
    Path passwordFile;

    Copy(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        Settings settings = main.settings().settings();
        QueueUrl target = target();
        if (target instanceof QueueUrl.Sqlite sqlite) {
            NewFile.check(sqlite.file());
        }
        Engine from = Main.engine(settings);
        refuseServed(from);
        long jobs;
        try (CopySource source = from.copySource();
                CopyTarget copy = Engines.of(target, Main.PATIENCE).copyTarget()) {
            // For a Ctrl-C, at which this thread just stops.
            Runtime.getRuntime().addShutdownHook(new Thread(copy::close));
            jobs = new QueueCopy(source, copy).run();
            // One that has started meanwhile may have changed what was read before.
            refuseServed(from);
            copy.commit();
        } catch (StoreException failure) {
            throw failure.kind() == StoreException.Kind.REFUSED
                    ? new Failure(
                            ExitCode.FAILED,
                            "nothing was copied: " + failure.getMessage(),
                            "Copy into a queue that does not exist yet, or is empty.")
                    : failure;
        }
        main.console().say("Copied " + jobs + " jobs from " + from.name() + " to " + target.text() + ".");
        return 0;
    }

    private QueueUrl target() {
        try {
            QueueUrl url = QueueUrls.parse(to, Path.of("").toAbsolutePath());
            return passwordFile != null && url instanceof QueueUrl.Postgres postgres
                    ? postgres.withPasswordFile(passwordFile.toAbsolutePath())
                    : url;
        } catch (IllegalArgumentException wrong) {
            throw new Failure(ExitCode.USAGE, "--to " + wrong.getMessage(), "Try: workerd help copy");
        }
    }

    private static void refuseServed(Engine engine) {
        try (JobQueries queries = engine.openForReading()) {
            Optional<DaemonView> alive =
                    queries.daemons().stream().filter(queries::isAlive).findFirst();
            if (alive.isPresent()) {
                throw new Failure(
                        ExitCode.FAILED,
                        "a daemon serves the queue " + engine.name() + " (pid "
                                + alive.get().pid() + " on " + alive.get().host() + "); nothing was copied",
                        "Stop every daemon of the queue first: workerd stop");
            }
        }
    }
}
