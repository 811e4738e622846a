package org.workerd.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.workerd.cli.Cli;
import org.workerd.ops.Rfc3339;

/** Layout, and times as text. */
final class TableTest {
    @Test
    void columnsAreAsWideAsWhatStandsInThem() {
        Table table = new Table("ID", "NAME");
        table.row("1", "a");
        table.row("1000", "");
        assertThat(table.lines(80)).containsExactly("ID    NAME", "1     a", "1000");
    }

    @Test
    void theWidestColumnIsCutAndNeverTheFirst() {
        Table table = new Table("ID", "NAME", "NOTE");
        table.row("123456789", "short", "a long and winding 😀 note");
        assertThat(table.lines(30)).containsExactly("ID        NAME  NOTE", "123456789 short a long and wi…");
        assertThat(table.lines(1)).containsExactly("ID        NAME NOTE", "123456789 sho… a l…");
    }

    @Test
    void noHeadingAndNoNumberIsCut() {
        Table table = new Table("QUEUE", "BLOCKED", "DONE", "NOTE");
        table.row("default", "0", "1234567890123", "some words");
        assertThat(table.lines(36))
                .containsExactly("QUEUE   BLOCKED DONE          NOTE", "default 0       1234567890123 some …");
        assertThat(table.lines(1))
                .containsExactly("QUEUE   BLOCKED DONE          NOTE", "default 0       1234567890123 som…");
    }

    @Test
    void whereTheHeadingsHaveNoRoomEachRowIsABlock() {
        Table table = new Table("QUEUE", "SCHEDULED", "CANCELLED", "STATE", "NOTE");
        table.colour(3, word -> word.equals("dead") ? "31" : null);
        table.row("default", "1", "1234567", "dead", "it goes on and on");
        table.row("bulk", "-", "0", "done", "");
        assertThat(table.fitting(40)).isEqualTo(table.lines(40));
        assertThat(table.fitting(24))
                .containsExactly(
                        "QUEUE      default",
                        "SCHEDULED  1",
                        "CANCELLED  1234567",
                        "STATE      \033[31mdead\033[0m",
                        "NOTE       it goes on a…",
                        "",
                        "QUEUE      bulk",
                        "CANCELLED  0",
                        "STATE      done");
        assertThat(new Table("QUEUE", "SCHEDULED").fitting(5)).containsExactly("QUEUE SCHEDULED");
    }

    @Test
    void aColourIsNoWiderThanTheWord() {
        Table table = new Table("ID", "STATE", "NOTE");
        table.colour(1, word -> word.equals("dead") ? "31" : null);
        table.row("1", "dead", "a");
        table.row("2", "done", "b");
        assertThat(table.lines(80)).containsExactly("ID  STATE  NOTE", "1   \033[31mdead\033[0m   a", "2   done   b");
    }

    @Test
    void timesAreOfRfc3339WithMilliseconds() {
        assertThat(Times.rfc3339(Instant.parse("2026-01-02T03:04:05Z"))).isEqualTo("2026-01-02T03:04:05.000Z");
        assertThat(Times.rfc3339(Instant.parse("2026-12-31T23:59:59.999999Z"))).isEqualTo("2026-12-31T23:59:59.999Z");
        assertThat(Times.rfc3339(Instant.EPOCH)).isEqualTo("1970-01-01T00:00:00.000Z");
        assertThat(Rfc3339.parse("2026-01-02 03:04:05Z")).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void agesAreRough() {
        Instant now = Cli.NOW;
        assertThat(Times.relative(now, now)).isEqualTo("0s ago");
        assertThat(Times.relative(now.minusSeconds(59), now)).isEqualTo("59s ago");
        assertThat(Times.relative(now.minusSeconds(3599), now)).isEqualTo("59m ago");
        assertThat(Times.relative(now.minusSeconds(86_400), now)).isEqualTo("24h ago");
        assertThat(Times.relative(now.minusSeconds(172_800), now)).isEqualTo("2d ago");
        assertThat(Times.relative(now.plusSeconds(61), now)).isEqualTo("in 1m");
    }
}
