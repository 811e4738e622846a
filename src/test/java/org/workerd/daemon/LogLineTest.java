package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import org.workerd.job.Printable;

class LogLineTest {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private final LogLine layout = new LogLine();

    private String line(Instant time, String message, KeyValuePair... pairs) {
        return layout.doLayout(event(time, message, pairs));
    }

    private LoggingEvent event(Instant time, String message, KeyValuePair... pairs) {
        LoggingEvent event = new LoggingEvent();
        event.setLevel(Level.WARN);
        event.setInstant(time);
        event.setMessage(message);
        for (KeyValuePair pair : pairs) {
            event.addKeyValuePair(pair);
        }
        return event;
    }

    @BeforeEach
    void start() {
        layout.start();
    }

    @Test
    void saysTimeLevelPairsAndWordsOnOneLine() {
        Instant time = Instant.parse("2026-11-23T14:30:05.007Z");
        assertThat(line(time, "two\nlines\r", new KeyValuePair("job", 7L), new KeyValuePair("name", "mail")))
                .isEqualTo(TIME.format(time) + " WARN job=7 name=mail two\\nlines\\r\n");
        assertThat(line(time, "")).isEqualTo(TIME.format(time) + " WARN\n");
    }

    /** A queue's name, an error or a message may be anybody's text. */
    @Test
    void noTextForgesALineOrReachesTheTerminal() {
        String forged = "x\n2026-11-23T14:30:05.007Z INFO workerd is running\u001b[31m\u009b2J\u202e\u007f\ud800";
        LoggingEvent event = event(Instant.EPOCH, forged, new KeyValuePair("queue", forged));
        event.setThrowableProxy(new ThrowableProxy(new IllegalStateException(forged, new RuntimeException(forged))));
        String text = layout.doLayout(event);
        assertThat(text.lines().skip(1)).isNotEmpty().allMatch(line -> line.startsWith("\t"));
        assertThat(text.replaceAll("[\n\t]", "").chars()).allMatch(Printable::is);
        assertThat(text)
                .startsWith(TIME.format(Instant.EPOCH) + " WARN queue=\"x\\n2026-11-23T14:30:05.007Z INFO workerd is"
                        + " running?[31m?2J???\" x\\n2026");
    }

    @Test
    void aValueThatLooksLikeSeveralIsQuoted() {
        Instant time = Instant.EPOCH;
        assertThat(line(time, "", new KeyValuePair("queue", "a state=\"done\""), new KeyValuePair("ran", "1m 5s")))
                .isEqualTo(TIME.format(time) + " WARN queue=\"a state=\\\"done\\\"\" ran=\"1m 5s\"\n");
    }

    @Test
    void neitherDoesOneInJson() {
        LoggerContext context = new LoggerContext();
        LogDocument document = new LogDocument();
        document.setContext(context);
        document.start();
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("x"), Level.WARN, "a\nb\u001b\u009b\u202e\u007f", null, null);
        event.setMDCPropertyMap(Map.of());
        event.addKeyValuePair(new KeyValuePair("queue", "\u009b\n"));
        String text = new String(document.encode(event), StandardCharsets.UTF_8);
        assertThat(text.stripTrailing().chars()).allMatch(Printable::is);
        assertThat(text).contains("a\\nb", "\\u009b", "\\u202e", "\\u007f");
    }

    @Test
    void everyTimeIsAsTheFormatterHasIt() {
        Random random = new Random(7);
        long millis = Instant.parse("2027-03-28T00:59:50Z").toEpochMilli();
        for (int i = 0; i < 20_000; i++) {
            // Mostly on within the second or to the next, sometimes far away, also to before 1970.
            millis = i % 100 == 0
                    ? random.nextLong(-1L << 42, 1L << 42)
                    : millis + random.nextInt(3) * random.nextInt(700);
            Instant time = Instant.ofEpochMilli(millis);
            assertThat(line(time, "")).isEqualTo(TIME.format(time) + " WARN\n");
        }
    }
}
