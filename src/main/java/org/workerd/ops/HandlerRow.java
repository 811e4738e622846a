package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.worker.handlers.FirstLine;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.AcceptedJava;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;
import org.workerd.worker.handlers.Plugin;
import org.workerd.worker.handlers.PluginIndex;

/**
 * One handler, or one jar whose handlers are not known.
 *
 * @param refusal null: it is accepted
 */
public record HandlerRow(String name, String kind, Path path, @Nullable String refusal) {
    private static final String PROGRAM = "program";
    private static final String JAVA = "java";

    /** All of them, by name. */
    public static List<HandlerRow> of(Handlers handlers) {
        List<HandlerRow> rows = new ArrayList<>();
        handlers.all().forEach((name, vetting) -> rows.add(row(name, vetting, handlers)));
        for (Plugin plugin : handlers.java().plugins()) {
            plugin.objection()
                    .ifPresent(reason -> rows.add(
                            new HandlerRow(String.valueOf(plugin.path().getFileName()), JAVA, plugin.path(), reason)));
        }
        return rows;
    }

    /** All of them as one object. */
    public static void write(List<HandlerRow> rows, Json document) throws IOException {
        JsonGenerator json = document.generator();
        json.writeStartObject();
        json.writeArrayFieldStart("handlers");
        for (HandlerRow row : rows) {
            json.writeStartObject();
            json.writeStringField("name", row.name());
            json.writeStringField("kind", row.kind());
            json.writeBooleanField("accepted", row.isAccepted());
            document.text("reason", row.refusal());
            json.writeStringField("path", row.path().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Jobs can run it. */
    public boolean isAccepted() {
        return refusal == null;
    }

    /** In a word: accepted, new or refused. */
    public String status() {
        return isAccepted() ? "accepted" : PluginIndex.NOT_YET.equals(refusal) ? "new" : "refused";
    }

    private static HandlerRow row(String name, Vetting vetting, Handlers handlers) {
        if (vetting instanceof AcceptedJava inJava) {
            return new HandlerRow(name, JAVA, inJava.jar(), null);
        }
        Path program = handlers.directory().resolve(name);
        if (vetting instanceof Refused refused) {
            boolean isProgram = Files.exists(program, LinkOption.NOFOLLOW_LINKS);
            return new HandlerRow(name, isProgram ? PROGRAM : JAVA, program, refused.reason());
        }
        return new HandlerRow(
                name,
                PROGRAM,
                program,
                vetting instanceof Accepted
                        ? FirstLine.objection(program)
                                .map(why -> "it cannot be started: " + why)
                                .orElse(null)
                        : "it is gone");
    }
}
