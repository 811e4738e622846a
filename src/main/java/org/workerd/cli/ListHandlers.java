package org.workerd.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Table;
import org.workerd.ops.HandlerRow;
import org.workerd.ops.Json;
import org.workerd.worker.handlers.Handlers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd handlers}. */
@Command(
        name = "handlers",
        sortOptions = false,
        description = "List the handlers, and which of them are refused and why.",
        footer = {"", "Examples:", "  workerd handlers", "  workerd handlers --json"})
final class ListHandlers implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "only the names of accepted handlers")
    boolean quiet;

    ListHandlers(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        Handlers handlers = HandlerCheck.handlers(main.settings().settings());
        Path directory = handlers.directory();
        if (Files.isDirectory(directory) && !Files.isReadable(directory)) {
            throw new Failure(
                    ExitCode.NOT_PERMITTED,
                    "cannot list the handlers in " + directory + ": permission denied",
                    "Use the account of the daemon, or root.");
        }
        List<HandlerRow> rows = HandlerRow.of(handlers);
        if (json) {
            try (Json document = new Json(main.console().data())) {
                HandlerRow.write(rows, document);
            }
        } else if (quiet) {
            rows.stream().filter(HandlerRow::isAccepted).forEach(row -> main.console()
                    .data(row.name()));
        } else if (rows.isEmpty()) {
            main.console().say("There are no handlers. Put a program into " + directory);
        } else {
            printTable(rows);
        }
        return 0;
    }

    private void printTable(List<HandlerRow> rows) {
        Table table = new Table("NAME", "KIND", "STATUS", "WHY");
        rows.forEach(
                row -> table.row(row.name(), row.kind(), row.status(), row.refusal() == null ? "" : row.refusal()));
        main.console().print(table);
    }
}
