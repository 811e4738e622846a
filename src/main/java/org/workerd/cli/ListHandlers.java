package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.worker.Handlers;
import org.workerd.worker.Handlers.Accepted;
import org.workerd.worker.Handlers.AcceptedJava;
import org.workerd.worker.Handlers.Refused;
import org.workerd.worker.Handlers.Vetting;
import org.workerd.worker.Plugin;
import org.workerd.worker.PluginWord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd handlers}. */
@Command(
        name = "handlers",
        sortOptions = false,
        description = "List what jobs can run, and what is refused and why.",
        footer = {"", "Examples:", "  workerd handlers", "  workerd handlers --json"})
final class ListHandlers implements Callable<Integer> {
    private static final String PROGRAM = "program";
    private static final String JAVA = "java";

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
        List<Row> rows = rows(handlers);
        if (json) {
            printJson(rows);
        } else if (quiet) {
            rows.stream().filter(Row::isAccepted).forEach(row -> main.console().data(row.name()));
        } else if (rows.isEmpty()) {
            main.console().say("There are no handlers. Put a program into " + directory);
        } else {
            printTable(rows);
        }
        return 0;
    }

    /**
     * One handler, or one jar whose handlers are not known.
     *
     * @param refusal null: it is accepted
     */
    private record Row(String name, String kind, Path path, @Nullable String refusal) {
        boolean isAccepted() {
            return refusal == null;
        }

        String status() {
            return isAccepted() ? "accepted" : PluginWord.NOT_YET.equals(refusal) ? "new" : "refused";
        }
    }

    private static List<Row> rows(Handlers handlers) {
        List<Row> rows = new ArrayList<>();
        handlers.all().forEach((name, vetting) -> rows.add(row(name, vetting, handlers)));
        for (Plugin plugin : handlers.java().plugins()) {
            plugin.objection()
                    .ifPresent(reason -> rows.add(
                            new Row(String.valueOf(plugin.path().getFileName()), JAVA, plugin.path(), reason)));
        }
        return rows;
    }

    private static Row row(String name, Vetting vetting, Handlers handlers) {
        if (vetting instanceof AcceptedJava inJava) {
            return new Row(name, JAVA, inJava.jar(), null);
        }
        Path program = handlers.directory().resolve(name);
        if (vetting instanceof Refused refused) {
            boolean isProgram = Files.exists(program, LinkOption.NOFOLLOW_LINKS);
            return new Row(name, isProgram ? PROGRAM : JAVA, program, refused.reason());
        }
        return new Row(name, PROGRAM, program, vetting instanceof Accepted ? null : "it is gone");
    }

    private void printTable(List<Row> rows) {
        Table table = new Table("NAME", "KIND", "STATUS", "WHY");
        rows.forEach(
                row -> table.row(row.name(), row.kind(), row.status(), row.refusal() == null ? "" : row.refusal()));
        main.console().print(table);
    }

    private void printJson(List<Row> rows) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator json = document.generator();
            json.writeStartObject();
            json.writeArrayFieldStart("handlers");
            for (Row row : rows) {
                json.writeStartObject();
                json.writeStringField("name", row.name());
                json.writeStringField("kind", row.kind());
                json.writeBooleanField("accepted", row.isAccepted());
                json.writeFieldName("reason");
                json.writeString(row.refusal());
                json.writeStringField("path", row.path().toString());
                json.writeEndObject();
            }
        }
    }
}
