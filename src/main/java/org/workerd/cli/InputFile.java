package org.workerd.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command is told to read. Stateless. */
final class InputFile {
    private InputFile() {}

    /** Its path. A file that is missing, or a directory, is a wrong use of the command. */
    static Path of(String command, String file) {
        Path path = Path.of(file);
        if (!Files.exists(path) || Files.isDirectory(path)) {
            String why = Files.isDirectory(path) ? "it is a directory" : "there is no such file";
            throw Usage.wrong(command, "cannot read " + file + ": " + why);
        }
        return path;
    }
}
