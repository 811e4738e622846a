package org.workerd.worker.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;
import org.workerd.job.NewJob;
import org.workerd.job.Schedule;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.sqlite.SqliteEngine;

/** Slots that come, are missed, or overlap. */
class CronTest extends CronFixture {
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
            JobView job = queries.list(JobQueries.Filter.ALL, 1).jobs().get(0);
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
            store = new SqliteEngine(directory.resolve(missed + ".db"), Duration.ofSeconds(10)).openOrCreate();
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

    @Test
    void theTimesOfADisabledScheduleArePassedOverAndNotMadeUpFor() {
        turn();
        disable();
        turnAt("23T13:00:00");
        turnAt("23T14:00:00");
        enable();
        turnAt("23T14:59:59");
        turnAt("23T15:00:00");
        assertThat(slots()).containsExactly("23T15:00");
    }

    @Test
    void norAreThoseThatPassedWhileItWasDisabledAndNoDaemonRan() {
        turn();
        disable();
        restart();
        now = Instant.parse("2026-11-24T12:00:01Z");
        enable();
        turn();
        assertThat(slots()).isEmpty();
        turnAt("24T13:00:00");
        assertThat(slots()).containsExactly("24T13:00");
    }

    @Test
    void aDaemonThatBeginsWithADisabledScheduleRunsNothing() {
        disable();
        turn();
        turnAt("23T13:00:00");
        restart();
        turnAt("24T13:00:00");
        assertThat(slots()).isEmpty();
    }

    @Test
    void whatSomebodyRanNowShiftsNoTimesAndCountsAsItsJob() {
        entries = List.of(entry("@hourly", Missed.ONCE, Overlap.SKIP));
        turn();
        store.transaction(moves -> {
            moves.linkCron(
                    "report", moves.enqueue(NewJob.of("report").withRunAt(now)).id(), now);
            return null;
        });
        turnAt("23T13:00:00");
        assertThat(slots()).as("it has not ended at 13:00").containsExactly("23T12:30");
        end();
        turnAt("23T14:00:00");
        assertThat(slots()).containsExactly("23T12:30", "23T14:00");
    }

    private void disable() {
        assertThat(store.<Boolean>transaction(moves -> moves.disableCron("report", now)))
                .isTrue();
    }

    private void enable() {
        assertThat(store.<Boolean>transaction(moves -> moves.enableCron("report", now)))
                .isTrue();
    }

    private void end() {
        store.transaction(moves -> {
            moves.promote(now, 10);
            long daemon = moves.register(4711, "here", 1, now);
            for (Claim claim : moves.claim(daemon, moves.lanesWithReady(), 10, now)) {
                moves.finish(claim, new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), null), 4711, now);
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
