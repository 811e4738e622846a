package org.workerd.config;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.workerd.job.Names;

/** Time zones by their names in the IANA database. */
final class TimeZones {
    static final String EXPECTED = "a time zone like Europe/Berlin or UTC";

    /** What people mean most often by the letters that their clocks show. */
    private static final Map<String, String> USUAL = Map.ofEntries(
            Map.entry("EST", "America/New_York"),
            Map.entry("EDT", "America/New_York"),
            Map.entry("CST", "America/Chicago"),
            Map.entry("CDT", "America/Chicago"),
            Map.entry("MST", "America/Denver"),
            Map.entry("MDT", "America/Denver"),
            Map.entry("PST", "America/Los_Angeles"),
            Map.entry("PDT", "America/Los_Angeles"),
            Map.entry("BST", "Europe/London"),
            Map.entry("IST", "Asia/Kolkata"),
            Map.entry("CEST", "Europe/Berlin"),
            Map.entry("JST", "Asia/Tokyo"),
            Map.entry("AEST", "Australia/Sydney"),
            Map.entry("MSK", "Europe/Moscow"));

    private TimeZones() {}

    /**
     * The zone of this name.
     *
     * @throws IllegalArgumentException with a sentence and the likely name, when there is none
     */
    static ZoneId parse(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException unknown) {
            String usual = USUAL.get(name.toUpperCase(Locale.ROOT));
            String why = usual == null ? "" : ", which several zones are called";
            String meant = Optional.ofNullable(usual)
                    .or(() -> meant(name))
                    .map(zone -> ". Did you mean " + zone + "?")
                    .orElse("");
            throw new IllegalArgumentException(
                    "expected " + EXPECTED + ", found " + SettingType.quoted(name) + why + meant, unknown);
        }
    }

    /** A city alone is clear enough; else one that is spelt almost so. */
    private static Optional<String> meant(String name) {
        Set<String> known = ZoneId.getAvailableZoneIds();
        String city = "/" + name.replace(' ', '_').toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(zone -> zone.toLowerCase(Locale.ROOT).endsWith(city))
                .min(String::compareTo)
                .or(() -> Names.closest(name, known));
    }
}
