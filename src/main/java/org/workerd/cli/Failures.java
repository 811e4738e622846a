package org.workerd.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.SettingsException;
import org.workerd.daemon.DaemonException;
import org.workerd.job.Printable;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** What went wrong, whoever says so, as a {@link Failure} for people and scripts. */
final class Failures {
    private static final String REPORT = "Please report it, with the output of --debug.";

    private Failures() {}

    /** In words, with the exit status that it ends the process with. */
    static Failure of(Throwable failure) {
        if (failure instanceof Failure known) {
            return known;
        }
        if (failure instanceof SettingsException) {
            return new Failure(ExitCode.CONFIGURATION, String.valueOf(failure.getMessage()), "");
        }
        // What others wrote, like a trigger of theirs, must not pass for a line of ours.
        String message = Printable.line(String.valueOf(failure.getMessage()));
        if (failure instanceof StoreException store) {
            return new Failure(
                    code(store.kind()), message, advice(store.kind(), message.contains(QueueUrl.Postgres.SCHEME)));
        }
        if (failure instanceof DaemonException daemon) {
            return new Failure(code(daemon.kind()), message, "");
        }
        if (failure instanceof IllegalArgumentException) {
            return new Failure(ExitCode.USAGE, message, "");
        }
        if (failure instanceof IOException io) {
            return ofFile(io, message);
        }
        if (failure instanceof UncheckedIOException && failure.getCause() instanceof IOException io) {
            return ofFile(io, Printable.line(String.valueOf(io.getMessage())));
        }
        if (failure instanceof OutOfMemoryError) {
            return new Failure(
                    ExitCode.BUG,
                    "the command ran out of memory",
                    "Something in the queue is larger than it should be. Find it with: workerd doctor");
        }
        if (failure instanceof StackOverflowError) {
            return new Failure(ExitCode.BUG, "the input is nested too deeply", REPORT);
        }
        return new Failure(ExitCode.BUG, "a bug of ours: " + Printable.line(failure.toString()), REPORT);
    }

    private static Failure ofFile(IOException failure, String message) {
        if (!(failure instanceof FileSystemException file)) {
            return new Failure(ExitCode.IO_ERROR, message, "");
        }
        if (failure instanceof AccessDeniedException) {
            return new Failure(ExitCode.NOT_PERMITTED, "cannot use " + file.getFile() + ": permission denied", "");
        }
        String reason = failure instanceof NoSuchFileException ? "no such file or directory" : file.getReason();
        return new Failure(
                ExitCode.IO_ERROR, reason == null ? message : "cannot use " + file.getFile() + ": " + reason, "");
    }

    private static ExitCode code(StoreException.Kind kind) {
        return switch (kind) {
            case LOCKED, UNREACHABLE -> ExitCode.TRY_AGAIN;
            case DISK, DAMAGED -> ExitCode.IO_ERROR;
            case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
            case INVALID -> ExitCode.USAGE;
            case MISSING, REFUSED, NEWER, OUTDATED, FOREIGN, OTHER -> ExitCode.FAILED;
        };
    }

    private static ExitCode code(DaemonException.Kind kind) {
        return switch (kind) {
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
            case IO_ERROR -> ExitCode.IO_ERROR;
            case FAILED -> ExitCode.FAILED;
        };
    }

    /** What is wrong at a server is told with what to do about it. */
    private static String advice(StoreException.Kind kind, boolean atServer) {
        return atServer ? adviceAtServer(kind) : advice(kind);
    }

    private static String adviceAtServer(StoreException.Kind kind) {
        return switch (kind) {
            case DISK -> "Nothing was changed. Make room on the server's disk.";
            case NOT_PERMITTED ->
                "See what its user needs: workerd schema. Where a password may be: man workerd-postgres";
            case MISSING -> "Create it with: workerd start";
            case REFUSED, FOREIGN -> "To see everything: workerd doctor";
            case DAMAGED -> "See the server's log, and restore a backup of the server.";
            case LOCKED, UNREACHABLE, NEWER, OUTDATED, INVALID, OTHER -> advice(kind);
        };
    }

    private static String advice(StoreException.Kind kind) {
        return switch (kind) {
            case LOCKED -> "Try again; nothing was changed.";
            case UNREACHABLE -> "Check that the queue's server is running and can be reached from here, and try again.";
            case DISK -> "Nothing was changed. Free disk space, or check the kernel's log for disk errors: dmesg";
            case NOT_PERMITTED ->
                "Use the account that owns the queue, or a member of its group (Debian: adduser NAME workerd, then log in again).";
            case MISSING -> "Create it with: workerd start, or workerd enqueue NAME";
            case REFUSED -> "Set queue.url to a queue of workerd, or to a file that does not exist yet.";
            case NEWER -> "Upgrade workerd to the version that created the queue, or a later one.";
            case OUTDATED -> "Restart the daemon, so that the new version migrates the queue: workerd restart";
            case FOREIGN -> "Any user who can write to the queue can have added it. To see everything: workerd doctor";
            case DAMAGED -> "Restore a backup (workerd help backup), or try: sqlite3 FILE .recover";
            case INVALID, OTHER -> "";
        };
    }
}
