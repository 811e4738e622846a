package org.workerd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Claim;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;
import org.workerd.job.NewJob;
import org.workerd.job.Schedule;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.SqliteDatabase;

/** On a real queue, by a clock that is set by hand. Hourly, at the full hour; it begins at half past. */
class CronTest {
    private static final CronEntry HOURLY = entry("@hourly", Missed.ONCE, Overlap.QUEUE);

    @TempDir
    Path directory;

    private JobStore store;
    private Cron cron = new Cron();
    private Instant now = Instant.parse("2026-11-23T12:30:00.250Z");
    private List<CronEntry> entries = List.of(HOURLY);
    private Instant next = now;

    private static CronEntry entry(String schedule, Missed missed, Overlap overlap) {
        return new CronEntry(
                "report", Schedule.parse(schedule), ZoneOffset.UTC, NewJob.of("report", "-v"), missed, overlap);
    }

    @BeforeEach
    void open() {
        store = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10)).openOrCreate();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void turn() {
        turn(cron);
    }

    private void turn(Cron daemon) {
        Cron.Look look = store.transaction(moves -> daemon.turn(moves, entries, now));
        next = daemon.settle(look);
    }

    private void turnAt(String time) {
        now = Instant.parse("2026-11-" + time + "Z");
        turn();
    }

    private void restart() {
        cron = new Cron();
    }

    /** The slots that got a job, the oldest first, as day and hour. */
    private List<String> slots() {
        try (JobQueries queries = store.queries()) {
            List<String> slots = new ArrayList<>();
            for (JobView job : queries.list(JobQueries.Filter.ALL, 10_000)) {
                slots.add(0, String.valueOf(job.runAt()).substring(8, 16));
            }
            return slots;
        }
    }

    @Test
    void itBeginsWithTheFirstSlotThatComes() {
        turn();
        assertThat(slots()).isEmpty();
        turnAt("23T12:59:59.999");
        assertThat(slots()).isEmpty();
        turnAt("23T13:00:00");
        turnAt("23T13:00:00");
        turnAt("23T13:59:59");
        turnAt("23T14:00:00.001");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00");
    }

    @Test
    void theJobIsTheEntrys() {
        turn();
        turnAt("23T13:00:00");
        try (JobQueries queries = store.queries()) {
            JobView job = queries.list(JobQueries.Filter.ALL, 1).get(0);
            assertThat(job.name()).isEqualTo("report");
            assertThat(job.args()).containsExactly("-v");
        }
    }

    @Test
    void itSaysWhenItsNextSlotIsButLooksAtTheClockEachMinute() {
        turn();
        assertThat(next).isEqualTo(now.plus(Cron.LOOK_AGAIN));
        turnAt("23T12:59:30");
        assertThat(next).isEqualTo(Instant.parse("2026-11-23T13:00:00Z"));
        turnAt("23T13:00:00");
        assertThat(next).isEqualTo(now.plus(Cron.LOOK_AGAIN));
        entries = List.of();
        turn();
        assertThat(next).isEqualTo(Instant.MAX);
    }

    @Test
    void untilThenItDoesNotEvenLookAtTheDatabase() {
        turn();
        now = now.plusSeconds(59);
        Cron.Look look = cron.turn(null, entries, now);
        assertThat(cron.settle(look)).isEqualTo(next);
    }

    @Test
    void aRestartForgetsNothing() {
        turn();
        turnAt("23T12:59:59");
        restart();
        turnAt("23T13:00:01");
        restart();
        turnAt("23T13:00:02");
        assertThat(slots()).containsExactly("23T13:00");
    }

    @Test
    void ofTwoDaemonsOneRunsASlot() {
        Cron other = new Cron();
        turn();
        turn(other);
        for (int hour = 13; hour < 18; hour++) {
            now = Instant.parse("2026-11-23T" + hour + ":00:00Z");
            turn(hour % 2 == 0 ? cron : other);
            turn(hour % 2 == 0 ? other : cron);
        }
        assertThat(slots()).containsExactly("23T13:00", "23T14:00", "23T15:00", "23T16:00", "23T17:00");
    }

    @Test
    void whatATransactionThatFailedWouldHaveRunTheNextOneRuns() {
        turn();
        now = Instant.parse("2026-11-23T13:00:00Z");
        assertThatThrownBy(() -> store.transaction(moves -> {
                    assertThat(cron.turn(moves, entries, now).news()).hasSize(1);
                    throw new IllegalStateException("the disk is full");
                }))
                .hasMessage("the disk is full");
        assertThat(slots()).isEmpty();
        turn();
        assertThat(slots()).containsExactly("23T13:00");
    }

    @Test
    void afterADayWithoutADaemonTheRuleForWhatWasMissedHolds() {
        for (Missed missed : Missed.values()) {
            store.close();
            store = new SqliteDatabase(directory.resolve(missed + ".db"), Duration.ofSeconds(10)).openOrCreate();
            entries = List.of(entry("0 */6 * * *", missed, Overlap.SKIP));
            restart();
            turnAt("23T12:30:00");
            restart();
            turnAt("24T14:00:00");
            turnAt("24T18:00:00");
            assertThat(slots())
                    .as("missed = %s", missed)
                    .isEqualTo(
                            switch (missed) {
                                case ONCE -> List.of("24T12:00");
                                case SKIP -> List.of("24T18:00");
                                case ALL -> List.of("23T18:00", "24T00:00", "24T06:00", "24T12:00");
                            });
        }
    }

    @Test
    void aClockSetForwardByADayIsAsADayWithoutADaemon() {
        turn();
        turnAt("24T12:30:00");
        turnAt("24T12:31:00");
        assertThat(slots()).containsExactly("24T12:00");
    }

    @Test
    void aClockSetBackByADayRunsNoSlotAgain() {
        turn();
        turnAt("23T13:00:00");
        turnAt("22T13:00:00");
        turnAt("22T14:00:00");
        restart();
        turnAt("23T12:00:00");
        turnAt("23T13:00:00");
        assertThat(slots()).containsExactly("23T13:00");
        turnAt("23T14:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00");
    }

    @Test
    void aClockThatWasYearsAheadIsForgotten() {
        now = Instant.parse("2036-01-01T00:30:00Z");
        turn();
        turnAt("23T12:30:00");
        turnAt("23T12:59:00");
        assertThat(slots()).isEmpty();
        turnAt("23T13:00:00");
        turnAt("23T14:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00");
        restart();
        turnAt("23T15:00:00");
        assertThat(slots()).endsWith("23T15:00").hasSize(3);
    }

    /** Without a battery many a machine boots in 1970, until the network tells it the time. */
    @Test
    void aClockThatIsYearsBehindAtBootMissesNothingForIt() {
        entries = List.of(entry("@hourly", Missed.ALL, Overlap.QUEUE));
        turn();
        turnAt("23T13:00:00");
        restart();
        now = Instant.parse("1970-01-01T00:00:30Z");
        turn();
        turnAt("23T15:30:00");
        assertThat(slots()).containsExactly("23T13:00", "23T14:00", "23T15:00");
    }

    @Test
    void aChangedScheduleBeginsAtTheChangeAndMissesNothing() {
        entries = List.of(entry("0 13 * * *", Missed.ALL, Overlap.QUEUE));
        turn();
        turnAt("23T13:00:00");
        turnAt("23T20:00:00");
        entries = List.of(entry("*/15 * * * *", Missed.ALL, Overlap.QUEUE));
        turnAt("23T20:01:00");
        turnAt("23T20:15:00");
        assertThat(slots()).containsExactly("23T13:00", "23T20:15");
        restart();
        entries = List.of(entry("*/5 * * * *", Missed.ALL, Overlap.QUEUE));
        turnAt("23T22:01:00");
        turnAt("23T22:05:00");
        assertThat(slots()).containsExactly("23T13:00", "23T20:15", "23T22:05");
    }

    @Test
    void whatHappensBesideTheTimesIsInForceAtOnce() {
        turn();
        entries = List.of(entry("@hourly", Missed.SKIP, Overlap.QUEUE));
        turnAt("23T13:30:00");
        assertThat(slots()).isEmpty();
    }

    @Test
    void anEntryThatWasAwayForAWhileMissedNothing() {
        List<CronEntry> all = List.of(entry("@hourly", Missed.ALL, Overlap.QUEUE));
        entries = all;
        turn();
        turnAt("23T13:00:00");
        entries = List.of();
        turnAt("23T13:30:00");
        entries = all;
        turnAt("23T20:30:00");
        turnAt("23T20:32:00");
        turnAt("23T21:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T21:00");
    }

    @Test
    void aDaemonThatIsToldOfAnEntryTakesNoSlotFromOneThatHasIt() {
        turn();
        Cron other = new Cron();
        entries = List.of();
        turn(other);
        entries = List.of(HOURLY);
        now = Instant.parse("2026-11-23T13:00:00.001Z");
        turn(other);
        turn();
        assertThat(slots()).containsExactly("23T13:00");
    }

    @Test
    void twoDaemonsThatDisagreeOnAScheduleDoNotGoOnToContradictEachOther() {
        Cron other = new Cron();
        List<CronEntry> mine = List.of(HOURLY);
        List<CronEntry> theirs = List.of(entry("30 * * * *", Missed.ONCE, Overlap.QUEUE));
        for (int minute = 0; minute <= 120; minute++) {
            now = Instant.parse("2026-11-23T12:45:00Z").plus(Duration.ofMinutes(minute));
            entries = mine;
            turn();
            entries = theirs;
            turn(other);
        }
        assertThat(slots()).containsExactly("23T13:00", "23T13:30", "23T14:00", "23T14:30");
    }

    @Test
    void aSlotIsSkippedWhileTheJobOfTheLastOneHasNotEnded() {
        entries = List.of(entry("@hourly", Missed.ONCE, Overlap.SKIP));
        turn();
        turnAt("23T13:00:00");
        turnAt("23T14:00:00");
        restart();
        turnAt("23T15:00:00");
        assertThat(slots()).containsExactly("23T13:00");
        end();
        turnAt("23T15:30:00");
        turnAt("23T16:00:00");
        assertThat(slots()).containsExactly("23T13:00", "23T16:00");
    }

    private void end() {
        store.transaction(moves -> {
            moves.promote(now, 10);
            long daemon = moves.register(4711, "here", 1, now);
            for (Claim claim : moves.claim(daemon, moves.lanesWithReady(), 10, now)) {
                moves.finish(claim, new Verdict.Done(new Verdict.Ending("done", 0, null, null), null), 4711, now);
            }
            return null;
        });
    }

    @Test
    void oneTurnOfManyMissedSlotsIsBounded() {
        entries = List.of("a", "b", "c").stream()
                .map(id -> new CronEntry(
                        id,
                        Schedule.parse("* * * * *"),
                        ZoneOffset.UTC,
                        NewJob.of("report"),
                        Missed.ALL,
                        Overlap.QUEUE))
                .toList();
        turn();
        restart();
        now = now.plus(Duration.ofDays(7));
        turn();
        assertThat(slots()).hasSize(1_000);
        assertThat(next).isEqualTo(now);
        turn();
        turn();
        turn();
        assertThat(slots()).hasSize(3_000);
        assertThat(next).isAfter(now);
    }
}
