package org.workerd.daemon;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.workerd.job.Names;

/** Time zones by their names in the IANA database. */
final class TimeZones {
    static final String EXPECTED = "a time zone like Europe/Berlin or UTC";

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
            String meant =
                    meant(name).map(zone -> ". Did you mean " + zone + "?").orElse("");
            throw new IllegalArgumentException(
                    "expected " + EXPECTED + ", found " + SettingType.quoted(name) + meant, unknown);
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
