package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.workerd.worker.Handlers;
import org.workerd.worker.Handlers.Accepted;
import org.workerd.worker.Handlers.Refused;
import org.workerd.worker.Handlers.Vetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd handlers}. */
@Command(
        name = "handlers",
        sortOptions = false,
        description = "List what jobs can run, and what is refused and why.",
        footer = {"", "Examples:", "  workerd handlers", "  workerd handlers --json"})
final class ListHandlers implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the names of the accepted ones only")
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
        Map<String, Vetting> found = handlers.all();
        if (json) {
            printJson(directory, found);
        } else if (quiet) {
            found.forEach((name, vetting) -> {
                if (vetting instanceof Accepted) {
                    main.console().data(name);
                }
            });
        } else if (found.isEmpty()) {
            main.console().say("There are no handlers. Put a program into " + directory);
        } else {
            printTable(found);
        }
        return 0;
    }

    private void printTable(Map<String, Vetting> found) {
        Table table = new Table("NAME", "STATUS", "WHY");
        found.forEach((name, vetting) ->
                table.row(name, vetting instanceof Accepted ? "accepted" : "refused", reason(vetting)));
        main.console().print(table);
    }

    private void printJson(Path directory, Map<String, Vetting> found) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator json = document.generator();
            json.writeStartObject();
            json.writeArrayFieldStart("handlers");
            for (Map.Entry<String, Vetting> one : found.entrySet()) {
                boolean accepted = one.getValue() instanceof Accepted;
                json.writeStartObject();
                json.writeStringField("name", one.getKey());
                json.writeBooleanField("accepted", accepted);
                json.writeFieldName("reason");
                json.writeString(accepted ? null : reason(one.getValue()));
                json.writeStringField("path", directory.resolve(one.getKey()).toString());
                json.writeEndObject();
            }
        }
    }

    private static String reason(Vetting vetting) {
        if (vetting instanceof Accepted) {
            return "";
        }
        return vetting instanceof Refused refused ? refused.reason() : "it is gone";
    }
}
