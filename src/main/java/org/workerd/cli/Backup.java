package org.workerd.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.engine.Engines;
import org.workerd.job.ByteSize;
import org.workerd.job.ShellWord;
import org.workerd.store.JobQueries;
import org.workerd.store.QueueUrl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd backup}. */
@Command(
        name = "backup",
        sortOptions = false,
        description = "Copy the queue to a new file while it is in use.",
        footer = {
            "",
            "The copy is consistent, checked, and synced to disk when the command returns. An",
            "existing file is never overwritten. The output of jobs is not included. From",
            "PostgreSQL it is a queue file of SQLite; for the database itself use pg_dump.",
            "",
            "To restore it, stop every daemon of the queue and then, as the queue's owner:",
            "  workerd stop",
            "  rm -f queue.db queue.db-wal queue.db-shm     # or move them away, all three",
            "  cp backup.db queue.db && chmod 660 queue.db",
            "  workerd start",
            "Jobs that were running when the backup was made run again, and so do jobs that",
            "have run since.",
            "",
            "Examples:",
            "  workerd backup /var/backups/queue.db",
            "  workerd backup \"/var/backups/queue-$(date +%%F).db\""
        })
final class Backup implements Callable<Integer> {
    private final Main main;

    @Parameters(paramLabel = "FILE", description = "the new file; its directory must exist")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path file;

    Backup(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        if (file.equals(Path.of("-"))) {
            throw Usage.wrong("backup", "a backup is a file, and is not written to stdout");
        }
        Settings settings = main.settings().settings();
        refuseToOverwrite();
        NewFile.check(file);
        // Whether there is a queue, before anything is made.
        try (JobQueries queries = Main.engine(settings).openForReading()) {
            queries.dataVersion();
        }
        try (org.workerd.store.Backup backup = Engines.backup(settings.queue(), file, Main.PATIENCE)) {
            // For a Ctrl-C, at which this thread just stops.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(backup)));
            backup.write();
            publish(backup);
            main.console()
                    .say("Backed up " + Main.engine(settings).name() + " to " + file + ", "
                            + ByteSize.brief(backup.size()) + ".");
            if (settings.queue() instanceof QueueUrl.Postgres) {
                main.console().say("To back up the database itself: pg_dump (workerd-postgres(7)).");
            }
        }
        return 0;
    }

    private void publish(org.workerd.store.Backup backup) throws IOException {
        try {
            backup.publish();
        } catch (FileAlreadyExistsException raced) {
            refuseToOverwrite();
            throw raced;
        }
    }

    private void refuseToOverwrite() {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            String what = Files.isDirectory(file) ? " is a directory" : " exists already";
            String advice = Files.isDirectory(file)
                    ? "Name a file in it: workerd backup " + ShellWord.of(file.resolve("queue.db"))
                    : "A backup overwrites nothing. Choose another name, or move that file away.";
            throw new Failure(ExitCode.FAILED, file + what + "; nothing was changed", advice);
        }
    }

    private static void remove(org.workerd.store.Backup backup) {
        try {
            backup.close();
        } catch (IOException left) {
            // It is named as a draft, and there is nobody left to tell.
        }
    }
}
