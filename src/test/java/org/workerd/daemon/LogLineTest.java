package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogLineTest {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private final LogLine layout = new LogLine();

    private String line(Instant time, String message, KeyValuePair... pairs) {
        LoggingEvent event = new LoggingEvent();
        event.setLevel(Level.WARN);
        event.setInstant(time);
        event.setMessage(message);
        for (KeyValuePair pair : pairs) {
            event.addKeyValuePair(pair);
        }
        return layout.doLayout(event);
    }

    @Test
    void saysTimeLevelPairsAndWordsOnOneLine() {
        Instant time = Instant.parse("2026-11-23T14:30:05.007Z");
        assertThat(line(time, "two\nlines\r", new KeyValuePair("job", 7L), new KeyValuePair("name", "mail")))
                .isEqualTo(TIME.format(time) + " WARN job=7 name=mail two\\nlines\\r\n");
        assertThat(line(time, "")).isEqualTo(TIME.format(time) + " WARN\n");
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
