package org.workerd.ops;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.attempt.Ledger;

/**
 * Whether HTTP is spoken at one place. The daemon keeps a file of these beside its ledger, {@code daemons/ID.http}: one
 * JSON object a line, for the launcher's {@code status} to print as it is, and below them one line each for people. It is
 * believed while the ledger is locked.
 *
 * @param error why it does not listen; null: it does
 */
public record ListenState(String listen, Instant since, @Nullable String error) {
    /** Where that daemon's are. */
    public static Path file(DaemonDirectory directory, long daemon) {
        return Ledger.listens(directory.ledgers(), daemon);
    }

    /** The name under which a unix socket is made, before it gets its own with its permissions. */
    public static Path fresh(Path socket) {
        return socket.resolveSibling("." + socket.getFileName() + ".new");
    }

    /** Replaces what stands there. */
    public static void write(Path file, List<ListenState> all) throws IOException {
        StringBuilder text = new StringBuilder();
        for (ListenState one : all) {
            text.append(one.json());
        }
        all.forEach(one -> text.append(one.line()).append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What stands there. */
    public static List<ListenState> read(Path file) throws IOException {
        List<ListenState> all = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("{")) {
                all.add(parse(line));
            }
        }
        return all;
    }

    public boolean isListening() {
        return error == null;
    }

    /** For people. */
    public String line() {
        String place = listen.startsWith("unix:") ? listen : "http://" + listen;
        return isListening() ? place + " listens" : place + " does not listen, and is tried again: " + error;
    }

    private String json() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json document = new Json(bytes)) {
            document.generator().writeStartObject();
            document.text("listen", listen);
            document.text("state", isListening() ? "listening" : "trying");
            document.time("since", since);
            document.text("error", error);
            document.generator().writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static ListenState parse(String line) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = Json.FACTORY.createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    fields.put(name, json.getText());
                }
            }
        }
        return new ListenState(
                fields.getOrDefault("listen", ""),
                Rfc3339.parse(fields.getOrDefault("since", "")),
                fields.get("error"));
    }
}
