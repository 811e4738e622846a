package org.workerd.job;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.CronField.Kind;

/**
 * When something is to be done again and again: five fields as in crontab(5), or a word like {@code @daily}. Immutable.
 *
 * <p>A day must satisfy its day of the month and its day of the week; when neither field begins with a star, one of
 * them is enough.
 *
 * <p>On the days on which clocks are set:
 *
 * <ul>
 *   <li>A schedule that names its hours, like {@code 30 2 * * *}, keeps to them. A time that the clock skips is done at
 *       the first valid instant after it, once, however many of its times were skipped; one that comes twice is done
 *       the first time only.
 *   <li>A schedule for every hour, like {@code 30 * * * *} or every 15 minutes, is about the time that passes: it is
 *       done whenever the clock shows such a time, in both of two hours that have the same name. Nothing is moved, for
 *       a clock set by whole hours skips none of its minutes; set by half an hour it may, and then the rule above holds.
 * </ul>
 */
public final class Schedule {
    private static final Map<String, String> WORDS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    private static final LocalDateTime ANY_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);
    /** After so many years the calendar repeats itself, to the day of the week. */
    private static final int CYCLE = 400;

    private final String text;
    private final CronField minutes;
    private final CronField hours;
    private final CronField days;
    private final CronField months;
    private final CronField weekdays;

    private Schedule(String text, List<String> fields) {
        this.text = text;
        this.minutes = CronField.parse(Kind.MINUTE, fields.get(0));
        this.hours = CronField.parse(Kind.HOUR, fields.get(1));
        this.days = CronField.parse(Kind.DAY, fields.get(2));
        this.months = CronField.parse(Kind.MONTH, fields.get(3));
        this.weekdays = CronField.parse(Kind.WEEKDAY, fields.get(4));
    }

    /**
     * The schedule that the text says.
     *
     * @throws IllegalArgumentException with a sentence that names the field which is wrong and what it may be
     */
    public static Schedule parse(String text) {
        String plain = text.strip().replaceAll("[ \t]+", " ");
        List<String> fields = List.of((plain.startsWith("@") ? expanded(plain) : plain).split(" "));
        if (fields.size() != 5) {
            throw new IllegalArgumentException("expected five fields (minute, hour, day of the month, month, day of the"
                    + " week) or a word like @daily, found \"" + Names.printable(text) + '"');
        }
        Schedule schedule = new Schedule(plain, fields);
        if (schedule.firstFrom(ANY_TIME).isEmpty()) {
            throw new IllegalArgumentException("no such day ever comes: \"" + plain + '"');
        }
        return schedule;
    }

    private static String expanded(String word) {
        if (word.equals("@reboot")) {
            throw new IllegalArgumentException("@reboot is no time, and workerd knows only times: enqueue the job where"
                    + " the machine starts its services");
        }
        String fields = WORDS.get(word);
        if (fields == null) {
            throw new IllegalArgumentException(
                    "expected @hourly, @daily, @weekly, @monthly, @yearly or five fields, found \""
                            + Names.printable(word) + '"');
        }
        return fields;
    }

    /** As it was written, with single spaces. */
    public String text() {
        return text;
    }

    /** Its next time after this one, by the clocks of the zone; empty when the calendar ends first. */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime from = notRepeated(
                rules.previousTransition(after.plusNanos(1)),
                LocalDateTime.ofInstant(after, offset)
                        .truncatedTo(ChronoUnit.MINUTES)
                        .plusMinutes(1));
        ZoneOffsetTransition change = rules.nextTransition(after);
        Optional<LocalDateTime> found = firstFrom(from);
        while (found.isPresent() && change != null && !found.get().isBefore(change.getDateTimeBefore())) {
            if (change.isGap() && found.get().isBefore(change.getDateTimeAfter()) && isMoved(change)) {
                return Optional.of(change.getInstant());
            }
            offset = change.getOffsetAfter();
            found = firstFrom(notRepeated(change, change.getDateTimeAfter()));
            change = rules.nextTransition(change.getInstant());
        }
        ZoneOffset last = offset;
        return found.map(local -> local.toInstant(last));
    }

    private boolean isForEveryHour() {
        return hours.count() == 24;
    }

    private boolean isMoved(ZoneOffsetTransition gap) {
        return !isForEveryHour() || gap.getDuration().toMinutes() % 60 != 0;
    }

    /** Where to go on from this local time, after clocks were set back: with what they have not shown before. */
    private LocalDateTime notRepeated(@Nullable ZoneOffsetTransition change, LocalDateTime from) {
        if (change == null || !change.isOverlap() || isForEveryHour()) {
            return from;
        }
        return from.isBefore(change.getDateTimeBefore()) ? change.getDateTimeBefore() : from;
    }

    /** The first of its times on a calendar and a clock that nobody sets. */
    private Optional<LocalDateTime> firstFrom(LocalDateTime from) {
        LocalDateTime minute = from.truncatedTo(ChronoUnit.MINUTES);
        LocalDateTime start = minute.equals(from) ? from : minute.plusMinutes(1);
        LocalDate first = start.toLocalDate();
        LocalDate end = first.plusYears(CYCLE);
        for (LocalDate day = first; day.isBefore(end); day = following(day)) {
            LocalTime time = isDay(day) ? timeFrom(day.equals(first) ? start.toLocalTime() : LocalTime.MIDNIGHT) : null;
            if (time != null) {
                return Optional.of(day.atTime(time));
            }
        }
        return Optional.empty();
    }

    private LocalDate following(LocalDate day) {
        return months.has(day.getMonthValue())
                ? day.plusDays(1)
                : day.withDayOfMonth(1).plusMonths(1);
    }

    private boolean isDay(LocalDate day) {
        boolean ofMonth = days.has(day.getDayOfMonth());
        boolean ofWeek = weekdays.has(day.getDayOfWeek().getValue() % 7);
        boolean both = days.star() || weekdays.star();
        return months.has(day.getMonthValue()) && (both ? ofMonth && ofWeek : ofMonth || ofWeek);
    }

    private @Nullable LocalTime timeFrom(LocalTime from) {
        int minute = hours.has(from.getHour()) ? minutes.from(from.getMinute()) : -1;
        if (minute >= 0) {
            return LocalTime.of(from.getHour(), minute);
        }
        int hour = hours.from(from.getHour() + 1);
        return hour < 0 ? null : LocalTime.of(hour, minutes.from(0));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schedule schedule && schedule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
