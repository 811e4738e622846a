package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends the daemons of a scratch directory and removes it, even when we are killed: a shell that waits for the end of its
 * input, which comes when we close it or when we are gone.
 */
final class Undertaker implements AutoCloseable {
    /** $1 is the launcher, $2 the directory. */
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM
            read -r _
            for settings in "$2"/*.toml; do
                [ -e "$settings" ] || continue
                "$1" -c "$settings" stop --now --timeout 10s && continue
                pid=$("$1" -c "$settings" status -q) && kill -KILL "$pid" && sleep 0.2
            done
            rm -rf -- "$2"
            """;

    private static final int LONGEST_SECONDS = 30;

    private final Path directory;
    private final Process shell;

    private Undertaker(Path directory, Process shell) {
        this.directory = directory;
        this.shell = shell;
    }

    static Undertaker of(Path directory, Path launcher) throws IOException {
        return new Undertaker(
                directory,
                Tool.builder(List.of("/bin/sh", "-c", SCRIPT, "sh", launcher.toString(), directory.toString()))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    /** Returns when all of it is gone. A second time does nothing. */
    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        shell.onExit()
                .completeOnTimeout(shell, LONGEST_SECONDS, TimeUnit.SECONDS)
                .join();
        if (shell.isAlive() || shell.exitValue() != 0) {
            throw new IOException("the scratch directory " + directory + " could not be removed");
        }
    }
}
