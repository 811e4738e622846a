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

    private final Process shell;

    private Undertaker(Process shell) {
        this.shell = shell;
    }

    static Undertaker of(Path directory, Path launcher) throws IOException {
        return new Undertaker(
                Tool.builder(List.of("/bin/sh", "-c", SCRIPT, "sh", launcher.toString(), directory.toString()))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    /** Returns when all of it is gone. A second time does nothing. */
    @Override
    public void close() throws IOException, InterruptedException {
        shell.getOutputStream().close();
        if (!shell.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || shell.exitValue() != 0) {
            throw new IOException("the scratch directory could not be removed");
        }
    }
}
