package org.workerd.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workerd.daemon.Launcher;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code workerd start}: the daemon in the background. */
@Command(
        name = "start",
        description = {
            "Start the daemon in the background; returns once it is up, or with its own reason why not.",
            "",
            "Examples:",
            "  workerd start",
            "  workerd -c demo/workerd.toml start"
        })
final class Start implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        Path home = Path.of(System.getProperty("workerd.home", "."));
        Launcher.Fate fate = Launcher.launch(main.settings(), home, System.getenv());
        fate.messages().forEach(main.console()::say);
        return fate.status();
    }
}
