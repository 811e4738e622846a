package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random schedules against a model that looks at every minute there is. */
class ScheduleModelTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Random random = new Random(20260329);

    /** The values that a field allows, and how it was written. */
    private record Field(Set<Integer> values, String text) {}

    /** Starts a few days before a change of the zone's clocks. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Berlin 2026-03-27T00:00:00Z",
                "Europe/Berlin 2026-10-23T00:00:00Z",
                "America/New_York 2026-03-06T00:00:00Z",
                "America/New_York 2026-10-30T00:00:00Z",
                "Australia/Lord_Howe 2026-10-02T00:00:00Z",
                "Australia/Lord_Howe 2026-04-03T00:00:00Z",
                "Africa/Cairo 2026-04-22T00:00:00Z",
                "Africa/Cairo 2026-10-28T00:00:00Z",
                "Pacific/Apia 2011-12-28T00:00:00Z",
                "Asia/Kathmandu 1985-12-30T00:00:00Z",
                "UTC 2024-02-27T00:00:00Z"
            })
    void theNextTimesAreThoseOfALookAtEveryMinute(String zoneAndStart) {
        ZoneId zone = ZoneId.of(zoneAndStart.split(" ")[0]);
        Instant start = Instant.parse(zoneAndStart.split(" ")[1]);
        Instant end = start.plus(Duration.ofDays(5));
        for (int round = 0; round < 60; round++) {
            List<Field> fields = List.of(
                    field(0, 59), field(0, 23), random.nextInt(3) == 0 ? field(1, 31) : all(1, 31), all(1, 12), week());
            String text = fields.stream().map(Field::text).collect(Collectors.joining(" "));
            assertThat(walked(Schedule.parse(text), start, end, zone))
                    .as("%s in %s", text, zone)
                    .isEqualTo(looked(fields, start, end, zone));
        }
    }

    /** From any moment within, not only from one time to the next. */
    @ParameterizedTest
    @ValueSource(strings = {"30 2 * * *", "*/20 1-3 * * *", "*/7 * * * *", "0 */2 * * *", "45 1 * * 0"})
    void fromEveryMomentTheNextIsTheFirstOfThoseAfterIt(String text) {
        Schedule schedule = Schedule.parse(text);
        for (String zone : List.of("Europe/Berlin", "Australia/Lord_Howe", "America/New_York")) {
            for (String day : List.of("2026-03-28", "2026-10-24", "2026-10-03", "2026-04-04", "2026-10-31")) {
                Instant start = Instant.parse(day + "T00:00:00Z");
                List<Instant> times = walked(schedule, start, start.plus(Duration.ofDays(20)), ZoneId.of(zone));
                for (Instant now = start; now.isBefore(start.plus(Duration.ofDays(3))); now = now.plusSeconds(397)) {
                    Instant after = now;
                    assertThat(schedule.next(after, ZoneId.of(zone)))
                            .as("%s in %s after %s", text, zone, after)
                            .isEqualTo(times.stream()
                                    .filter(time -> time.isAfter(after))
                                    .findFirst());
                }
            }
        }
    }

    private static List<Instant> walked(Schedule schedule, Instant start, Instant end, ZoneId zone) {
        List<Instant> times = new ArrayList<>();
        Instant time = schedule.next(start, zone).orElse(Instant.MAX);
        while (time.isBefore(end)) {
            assertThat(times).allMatch(time::isAfter);
            times.add(time);
            time = schedule.next(time, zone).orElse(Instant.MAX);
        }
        return times;
    }

    private static List<Instant> looked(List<Field> fields, Instant start, Instant end, ZoneId zone) {
        boolean everyHour = fields.get(1).values().size() == 24;
        List<Instant> times = new ArrayList<>();
        for (Instant now = start.plus(MINUTE); now.isBefore(end); now = now.plus(MINUTE)) {
            ZoneOffset offset = zone.getRules().getOffset(now);
            LocalDateTime local = LocalDateTime.ofInstant(now, offset);
            boolean first = zone.getRules().getValidOffsets(local).get(0).equals(offset);
            if ((first || everyHour) && matches(fields, local) || isMovedTo(now, fields, zone, everyHour)) {
                times.add(now);
            }
        }
        return times;
    }

    private static boolean isMovedTo(Instant now, List<Field> fields, ZoneId zone, boolean everyHour) {
        ZoneOffsetTransition change = zone.getRules().nextTransition(now.minusNanos(1));
        if (change == null || !change.getInstant().equals(now) || !change.isGap()) {
            return false;
        }
        boolean skipped = false;
        for (LocalDateTime local = change.getDateTimeBefore();
                local.isBefore(change.getDateTimeAfter());
                local = local.plusMinutes(1)) {
            skipped |= matches(fields, local);
        }
        return skipped && (!everyHour || change.getDuration().toMinutes() % 60 != 0);
    }

    private static boolean matches(List<Field> fields, LocalDateTime local) {
        boolean day = fields.get(2).values().contains(local.getDayOfMonth());
        boolean week = fields.get(4).values().contains(local.getDayOfWeek().getValue() % 7);
        boolean star =
                fields.get(2).text().startsWith("*") || fields.get(4).text().startsWith("*");
        return fields.get(0).values().contains(local.getMinute())
                && fields.get(1).values().contains(local.getHour())
                && fields.get(3).values().contains(local.getMonthValue())
                && (star ? day && week : day || week);
    }

    private static Field all(int least, int most) {
        return new Field(IntStream.rangeClosed(least, most).boxed().collect(Collectors.toSet()), "*");
    }

    private Field week() {
        return random.nextInt(3) == 0 ? field(0, 6) : all(0, 6);
    }

    private Field field(int least, int most) {
        switch (random.nextInt(4)) {
            case 0:
                return all(least, most);
            case 1:
                int step = 1 + random.nextInt((most - least) / 2);
                return new Field(steps(least, most, step), "*/" + step);
            case 2:
                int first = least + random.nextInt(most - least);
                int last = first + random.nextInt(most - first + 1);
                int by = 1 + random.nextInt(Math.min(5, most - least));
                return new Field(steps(first, last, by), first + "-" + last + "/" + by);
            default:
                Set<Integer> values = new TreeSet<>();
                for (int i = 0; i <= random.nextInt(4); i++) {
                    values.add(least + random.nextInt(most - least + 1));
                }
                return new Field(values, values.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
    }

    private static Set<Integer> steps(int first, int last, int step) {
        return IntStream.iterate(first, value -> value <= last, value -> value + step)
                .boxed()
                .collect(Collectors.toSet());
    }
}
