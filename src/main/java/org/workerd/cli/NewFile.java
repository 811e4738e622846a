package org.workerd.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;

/** A file that a command is told to make. Stateless. */
final class NewFile {
    private NewFile() {}

    /** Refuses one whose directory is missing or cannot be written to, before anything is made. */
    static void check(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            throw new Failure(
                    ExitCode.FAILED, "cannot write " + file + ": there is no directory " + directory, "Make it first.");
        }
        if (directory != null && !Files.isWritable(directory)) {
            throw new Failure(
                    ExitCode.NOT_PERMITTED,
                    "cannot write " + file + ": permission denied",
                    "Choose a directory that you may write to.");
        }
    }
}
