package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Table;
import org.workerd.config.Settings;
import org.workerd.config.SettingsFile;
import org.workerd.job.Names;
import org.workerd.ops.HandlerView;
import org.workerd.ops.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd config}. */
@Command(
        name = "config",
        sortOptions = false,
        description = "Show the settings in force and where each comes from.",
        footer = {"", "Examples:", "  workerd config", "  workerd config --get queue.url"})
final class Config implements Callable<Integer> {
    private final Main main;

    @Option(names = "--get", paramLabel = "KEY", description = "only the value of this setting")
    @Nullable
    String key;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the keys only")
    boolean quiet;

    @Option(names = "--check", description = "only report errors, and schedules without a handler")
    boolean check;

    Config(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        SettingsFile.Loaded loaded = main.settings();
        if (check) {
            check(loaded.settings());
        } else if (key != null && !json) {
            main.console().data(value(key, loaded.values()));
        } else if (json) {
            printJson(loaded, key == null ? loaded.values() : Map.of(key, value(key, loaded.values())));
        } else if (quiet) {
            loaded.values().keySet().forEach(main.console()::data);
        } else {
            printTable(loaded);
        }
        return 0;
    }

    /** Its errors are a failure, told before; what is said here is not wrong, but surely not meant. */
    private void check(Settings settings) {
        HandlerView handlers = HandlerCheck.view(settings);
        settings.cron().forEach(entry -> handlers.objection(entry.job().name())
                .ifPresent(why -> main.console().say(Cron.objection(entry, why))));
        settings.policies().alarmHandlers().forEach(name -> handlers.objection(name)
                .ifPresent(why -> main.console().say("workerd: alarms, jobs named " + name + ", will wait: " + why)));
    }

    private static String value(String key, Map<String, String> values) {
        String value = values.get(key);
        if (value == null) {
            throw new Failure(
                    ExitCode.USAGE,
                    "no setting is named " + Names.printable(key),
                    Usage.meant(key, values.keySet()).orElse("") + "workerd config shows them all.");
        }
        return value;
    }

    private void printTable(SettingsFile.Loaded loaded) {
        Table table = new Table("KEY", "VALUE", "FROM");
        loaded.values().forEach((name, value) -> table.row(name, value, origin(loaded, name)));
        main.console().print(table);
    }

    private void printJson(SettingsFile.Loaded loaded, Map<String, String> values) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeArrayFieldStart("files");
            for (Path file : loaded.files()) {
                out.writeString(file.toString());
            }
            out.writeEndArray();
            out.writeObjectFieldStart("settings");
            for (Map.Entry<String, String> one : values.entrySet()) {
                out.writeObjectFieldStart(one.getKey());
                out.writeStringField("value", one.getValue());
                out.writeStringField("from", origin(loaded, one.getKey()));
                out.writeEndObject();
            }
        }
    }

    private static String origin(SettingsFile.Loaded loaded, String name) {
        return loaded.origins().getOrDefault(name, "");
    }
}
