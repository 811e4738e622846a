package org.workerd.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.workerd.config.SettingsException;
import org.workerd.daemon.DaemonException;
import org.workerd.job.Printable;
import org.workerd.store.StoreException;

/** What went wrong, whoever says so, as a {@link Failure} for people and scripts. */
final class Failures {
    private static final String REPORT = "Please report it, with what --debug prints.";

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
            return new Failure(code(store.kind()), message, advice(store.kind()));
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
                    "this needs more memory than the command has",
                    "Something in the queue is larger than it should be; see what, with: workerd doctor");
        }
        if (failure instanceof StackOverflowError) {
            return new Failure(ExitCode.BUG, "something is nested too deeply to be read", REPORT);
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

    private static String advice(StoreException.Kind kind) {
        return switch (kind) {
            case LOCKED -> "Try again; nothing was changed.";
            case UNREACHABLE -> "See whether the server of the queue runs and can be reached from here, and try again.";
            case DISK -> "Make room, or see what the kernel's log says of the disk; nothing was changed.";
            case NOT_PERMITTED ->
                "Use the account that owns the queue, or one of its group (Debian: adduser NAME workerd, log in anew).";
            case MISSING -> "Make it with: workerd start, or workerd enqueue NAME";
            case REFUSED -> "Set queue.url to a queue of workerd's, or to a file that does not exist yet.";
            case NEWER -> "Upgrade this workerd to the version that made the queue, or a later one.";
            case OUTDATED -> "Stop the older one, and let the new one bring the queue up to date: workerd restart";
            case FOREIGN -> "Whoever may write the queue can have put it there. All of it: workerd doctor";
            case DAMAGED -> "Restore a backup, or see what sqlite3 FILE .recover brings back.";
            case INVALID, OTHER -> "";
        };
    }
}
