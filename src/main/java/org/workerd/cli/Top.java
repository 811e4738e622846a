package org.workerd.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.top.LiveView;
import org.workerd.config.Settings;
import org.workerd.ops.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd top}. */
@Command(
        name = "top",
        sortOptions = false,
        description = "Show live what runs, what failed, the queues and the next runs of schedules.",
        footer = {
            "",
            "It is redrawn when something changes; q ends it. FAILED has the jobs that died",
            "in the last 24 hours and those that are to be retried. DONE/MIN is the average",
            "of the last five minutes. STATUS is why the oldest ready job of a queue is not",
            "started.",
            "",
            "Examples:",
            "  workerd top",
            "  workerd top --once",
            "  workerd top --json"
        })
final class Top implements Callable<Integer> {
    private final Main main;

    @Option(names = "--once", description = "print it once, and exit")
    boolean once;

    @Option(names = "--json", description = "print it once, as one JSON document")
    boolean json;

    Top(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        boolean live = !once && !json;
        if (live && !(main.console().isTerminal() && main.console().canAsk())) {
            throw new Failure(ExitCode.USAGE, "top needs a terminal", "To print its content once: workerd top --once");
        }
        Settings settings = main.settings().settings();
        LiveView view = new LiveView(
                Main.engine(settings),
                settings,
                queries -> main.waitReasons(settings, queries),
                main::now,
                main.colours());
        if (live) {
            view.run(main.console());
        } else if (json) {
            try (Json document = new Json(main.console().data())) {
                view.once(document);
            }
        } else {
            main.console()
                    .print(view.once(main.console().isTerminal(), main.console().width()));
        }
        return 0;
    }
}
