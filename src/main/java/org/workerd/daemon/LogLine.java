package org.workerd.daemon;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;
import org.workerd.job.Printable;

/** A line of the log for people and grep: time, level, {@code key=value} pairs, words. One line, whatever a value holds. */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final long SECOND = 1_000;
    private static final DateTimeFormatter SECONDS = formatter("yyyy-MM-dd'T'HH:mm:ss.");
    private static final DateTimeFormatter OFFSET = formatter("XXX");

    private final ThrowableProxyConverter trace = new ThrowableProxyConverter();
    /** Most lines are of the same second as the one before, and what a formatter says of a thousandth is slow. */
    private volatile Moment latest = Moment.of(0);

    /** A second of the clock, as it stands before and behind the thousandths. */
    private record Moment(long second, String before, String behind) {
        static Moment of(long second) {
            Instant time = Instant.ofEpochSecond(second);
            return new Moment(second, SECONDS.format(time), OFFSET.format(time));
        }

        void print(long millis, StringBuilder line) {
            line.append(before)
                    .append((char) ('0' + millis / 100))
                    .append((char) ('0' + millis / 10 % 10))
                    .append((char) ('0' + millis % 10))
                    .append(behind);
        }
    }

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneId.systemDefault());
    }

    @Override
    public void start() {
        trace.start();
        super.start();
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        printTime(event.getTimeStamp(), line);
        line.append(' ').append(event.getLevel());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> line.append(' ')
                    .append(onOneLine(pair.key))
                    .append('=')
                    .append(quoted(onOneLine(String.valueOf(pair.value)))));
        }
        if (!event.getFormattedMessage().isEmpty()) {
            line.append(' ').append(onOneLine(event.getFormattedMessage()));
        }
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            trace.convert(event).lines().forEach(part -> line.append('\t')
                    .append(Printable.line(part.strip()))
                    .append('\n'));
        }
        return line.toString();
    }

    private void printTime(long millis, StringBuilder line) {
        long second = Math.floorDiv(millis, SECOND);
        Moment moment = latest;
        if (moment.second() != second) {
            moment = Moment.of(second);
            latest = moment;
        }
        moment.print(Math.floorMod(millis, SECOND), line);
    }

    /** A line break in a value would let it forge a line of its own. */
    private static String onOneLine(String text) {
        return Printable.line(text.replace("\n", "\\n").replace("\r", "\\r"));
    }

    /** What could be read as more than one value. */
    private static String quoted(String value) {
        return value.chars().anyMatch(letter -> letter <= ' ' || letter == '"' || letter == '=')
                ? '"' + value.replace("\"", "\\\"") + '"'
                : value;
    }
}
