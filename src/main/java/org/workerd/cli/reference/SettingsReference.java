package org.workerd.cli.reference;

import java.util.stream.Collectors;
import org.workerd.config.SettingDoc;

/** What workerd.toml(5) says of the settings, in roff: from their table, so that it cannot differ from it. */
final class SettingsReference {
    private SettingsReference() {}

    static String settings() {
        StringBuilder text = new StringBuilder();
        String table = "";
        for (SettingDoc setting : SettingDoc.all()) {
            if (!setting.table().equals(table)) {
                table = setting.table();
                text.append(".SS [").append(Roff.text(table)).append("]\n");
            }
            text.append(Roff.entry(Roff.bold(setting.name()), setting.doc() + " " + value(setting)));
        }
        return text.toString();
    }

    private static String value(SettingDoc setting) {
        String value = "Value: " + setting.expected() + ".";
        return setting.defaults().isEmpty()
                ? value
                : value
                        + setting.defaults().stream()
                                .map(preset -> preset.isEmpty() ? "\"\"" : preset)
                                .collect(Collectors.joining(", else ", " Default: ", "."));
    }
}
