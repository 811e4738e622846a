package org.workerd.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.Stream;

/**
 * The time zone of the machine: what /etc/localtime says. Not Java's default, which heeds the caller's TZ and, in some
 * builds, an /etc/timezone that nobody keeps in step. Stateless.
 */
public final class SystemZone {
    private static final Path LOCALTIME = Path.of("/etc/localtime");
    private static final Path DATABASE = Path.of("/usr/share/zoneinfo");

    private SystemZone() {}

    /** For a process with this environment: the zone that its TZ names, if it has one, else the machine's. */
    static ZoneId of(Map<String, String> variables) {
        return variables.getOrDefault("TZ", "").isEmpty() ? of(LOCALTIME, DATABASE) : ZoneId.systemDefault();
    }

    /** From here on Java's own default is the machine's zone, unless TZ names one. */
    public static void adopt(Map<String, String> variables) {
        TimeZone.setDefault(TimeZone.getTimeZone(of(variables)));
    }

    /** A link says the zone's name; a plain file is looked for in the database; where there is none it is UTC. */
    static ZoneId of(Path localtime, Path database) {
        try {
            Path file = localtime.toRealPath();
            return named(file.toString()).or(() -> sameFile(file, database)).orElseGet(() -> TimeZone.getDefault()
                    .toZoneId());
        } catch (IOException none) {
            return ZoneOffset.UTC;
        }
    }

    private static Optional<ZoneId> named(String file) {
        int from = file.indexOf("/zoneinfo/");
        return from < 0
                ? Optional.empty()
                : known(file.substring(from + "/zoneinfo/".length()).replaceFirst("^(posix|right)/", ""));
    }

    private static Optional<ZoneId> known(String name) {
        try {
            return Optional.of(ZoneId.of(name));
        } catch (DateTimeException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<ZoneId> sameFile(Path file, Path database) {
        try (Stream<Path> zones = Files.walk(database)) {
            return zones.filter(zone -> isSame(zone, file))
                    .map(zone -> known(database.relativize(zone).toString()))
                    .flatMap(Optional::stream)
                    // One that people know: Europe/Berlin rather than CET.
                    .min((one, other) -> rank(one) - rank(other));
        } catch (IOException | UncheckedIOException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean isSame(Path zone, Path file) {
        try {
            return Files.isRegularFile(zone) && Files.size(zone) == Files.size(file) && Files.mismatch(zone, file) < 0;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static int rank(ZoneId zone) {
        return zone.getId().matches("(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.*")
                ? 0
                : 1;
    }
}
