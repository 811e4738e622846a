package org.workerd.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workerd.daemon.Launcher;
import picocli.CommandLine.Command;

/** {@code workerd start}: the daemon in the background. */
@Command(
        name = "start",
        description = "Start the daemon in the background, and wait until it is ready.",
        footer = {"", "Examples:", "  workerd start", "  workerd -c demo/workerd.toml start"})
final class Start implements Callable<Integer> {
    private final Main main;

    Start(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        Path home = Path.of(System.getProperty("workerd.home", "."));
        Launcher.Fate fate = Launcher.launch(main.settings(), home, System.getenv());
        fate.messages().forEach(main.console()::say);
        return fate.status();
    }
}
