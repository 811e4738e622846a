package org.workerd.cli;

import java.util.concurrent.Callable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd schema}. */
@Command(
        name = "schema",
        sortOptions = false,
        description = "Print the SQL that makes the queue on PostgreSQL.",
        footer = {
            "",
            "For an administrator, where the daemon's user may not create it. Three roles:",
            "workerd_daemon runs daemons and all commands; workerd_enqueue inserts jobs, and",
            "sees and cancels its own; workerd_read sees everything. It only prints, and does",
            "not connect to a server.",
            "",
            "Examples:",
            "  workerd schema >schema.sql     # then: psql -f schema.sql jobs",
            "  workerd schema --roles"
        })
final class Schema implements Callable<Integer> {
    private final Main main;

    @Option(names = "--roles", description = "only the roles, for a queue that is there")
    boolean roles;

    Schema(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        Settings settings = main.settings().settings();
        String sql = Main.engine(settings)
                .script(roles)
                .orElseThrow(() -> new Failure(
                        ExitCode.USAGE,
                        "the queue " + settings.queue().text() + " is a file, which needs no SQL",
                        "Name a database first: WORKERD_QUEUE__URL=postgresql://USER@HOST/DATABASE workerd schema"));
        main.console().data(sql.stripTrailing());
        return 0;
    }
}
