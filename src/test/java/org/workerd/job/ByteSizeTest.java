package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "4096B, 4096",
        "64KiB, 65536",
        "1MiB, 1048576",
        "2GiB, 2147483648",
        "999999999GiB, 1073741822926258176"
    })
    void aSizeIsReadAsItIsWritten(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "1 MiB", "1MB", "1mib", "1K", "-1", "1.5MiB", "1MiB\n", "9999999999", "٣"})
    void whatIsNoSizeIsRefusedWithTheForm(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a size like 64KiB or 1MiB, found \"" + Names.printable(text) + "\"");
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "1, 1B", "1023, 1023B", "1024, 1KiB", "1025, 1025B", "1048576, 1MiB", "1073741824, 1GiB"})
    void theShortestFormIsWritten(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        Random random = new Random(44);
        for (int i = 0; i < 20_000; i++) {
            long bytes = random.nextLong(1_000_000_000) << 10 * random.nextInt(4);
            assertThat(ByteSize.parse(ByteSize.format(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void forPeopleASizeHasOneDigitAfterThePoint() {
        assertThat(ByteSize.brief(0)).isEqualTo("0 B");
        assertThat(ByteSize.brief(1023)).isEqualTo("1023 B");
        assertThat(ByteSize.brief(1536)).isEqualTo("1.5 KiB");
        assertThat(ByteSize.brief((1L << 30) - 1)).isEqualTo("1023.9 MiB");
        assertThat(ByteSize.brief(80L << 30)).isEqualTo("80.0 GiB");
    }
}
