package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.job.Claims.NOW;
import static org.workerd.job.Claims.attempt;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Verdict.AttemptRow;

class VerdictTest {
    /** The middle of the jitter: the exact wait. */
    private static final double EXACT = 0.5;

    private static final JobPolicy POLICY = JobPolicy.DEFAULT;

    @Test
    void exitCodeZeroIsDoneWithItsResult() {
        assertThat(of(new Outcome.Exited(0, "{\"ok\":true}"), attempt(1)))
                .isEqualTo(new Verdict.Done(new AttemptRow("done", 0, null, null), "{\"ok\":true}"));
    }

    @Test
    void exitCodeZeroIsDoneInTheLastAttemptAndBeyondItToo() {
        assertThat(of(new Outcome.Exited(0, null), attempt(10))).isInstanceOf(Verdict.Done.class);
        assertThat(of(new Outcome.Exited(0, null), attempt(11))).isInstanceOf(Verdict.Done.class);
    }

    @Test
    void everyOutcomeIsJudged() {
        List<Outcome> all = List.of(
                new Outcome.Exited(1, null),
                new Outcome.Signalled(9),
                new Outcome.TimedOut(null, 15),
                new Outcome.Cancelled("why", null, null),
                new Outcome.Interrupted(true),
                new Outcome.NotExecutable(126, "why"),
                new Outcome.HandlerUnusable(127, "why"),
                new Outcome.Unfit("why"),
                new Outcome.Starved(null, null),
                new Outcome.NotStarted("why"),
                new Outcome.Returned(null),
                new Outcome.Threw("why", null),
                new Outcome.AskedRetry("why", Duration.ofMinutes(1), null),
                new Outcome.Snoozed(Duration.ofMinutes(1)),
                new Outcome.GaveUp("why", null));
        assertThat(all.stream().<Class<?>>map(Outcome::getClass))
                .containsExactlyInAnyOrder(Outcome.class.getPermittedSubclasses());
        assertThat(all.stream().map(outcome -> of(outcome, attempt(1)).next().word()))
                .containsExactly(
                        "retrying",
                        "retrying",
                        "retrying",
                        "cancelled",
                        "ready",
                        "retrying",
                        "ready",
                        "dead",
                        "ready",
                        "ready",
                        "done",
                        "retrying",
                        "retrying",
                        "scheduled",
                        "dead");
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 78})
    void theExitCodesThatGiveUpAreDeadInTheFirstAttempt(int code) {
        assertThat(of(new Outcome.Exited(code, "why"), attempt(1)))
                .isEqualTo(new Verdict.Dead(
                        new AttemptRow("failed", code, null, "gave up with exit code " + code), "why"));
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "' 10m\n', PT10M", "1h30m, PT1H30M", "7d, PT168H"})
    void exitCode75SnoozesForAsLongAsTheHandlerWrote(String wish, Duration pause) {
        assertThat(of(new Outcome.Exited(75, wish), attempt(3)))
                .isEqualTo(new Verdict.Snooze(new AttemptRow("snoozed", 75, null, null), NOW.plus(pause)));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " \n"})
    void exitCode75SnoozesAMinuteWhenTheHandlerWroteNothing(String wish) {
        assertThat(of(new Outcome.Exited(75, wish), attempt(1)))
                .isEqualTo(
                        new Verdict.Snooze(new AttemptRow("snoozed", 75, null, null), NOW.plus(Duration.ofMinutes(1))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5s", "10", "1h 5m", "40000d", "99999999999d"})
    void exitCode75SnoozesAMinuteAndTheAttemptSaysSoWhenTheHandlerWroteNoDuration(String wish) {
        Verdict.Snooze snooze = (Verdict.Snooze) of(new Outcome.Exited(75, wish), attempt(1));
        assertThat(snooze.until()).isEqualTo(NOW.plus(Duration.ofMinutes(1)));
        assertThat(snooze.row().error())
                .startsWith("it waits 1m, for its result is no duration: ")
                .contains("\"" + wish + "\"");
    }

    static List<Outcome> failuresThatAskFor(String wish) {
        return List.of(
                new Outcome.Exited(3, null, wish, null),
                new Outcome.Signalled(9, wish, null),
                new Outcome.TimedOut(1, null, wish, null));
    }

    @Test
    void aFailureIsTriedAgainWhenItAskedToBeAndCounts() {
        failuresThatAskFor(" 1h30m\n").forEach(failure -> {
            Verdict.Retry retry = (Verdict.Retry) of(failure, attempt(9));
            assertThat(retry.at()).isEqualTo(NOW.plus(Duration.ofMinutes(90)));
            assertThat(of(failure, attempt(10))).isInstanceOf(Verdict.Dead.class);
        });
    }

    @Test
    void aFailureThatAskedForNoDurationWaitsForTheBackoffAndSaysSo() {
        failuresThatAskFor("later").forEach(failure -> {
            Verdict.Retry retry = (Verdict.Retry) of(failure, attempt(1));
            assertThat(retry.at()).isEqualTo(NOW.plusSeconds(1));
            assertThat(retry.row().error()).contains("; $WORKERD_RETRY is not heeded: ", "\"later\"");
        });
    }

    @Test
    void whatAHandlerInJavaReturnsNeedsNoExitCode() {
        assertThat(of(new Outcome.Returned("42"), attempt(10)))
                .isEqualTo(new Verdict.Done(new AttemptRow("done", null, null, null), "42"));
        assertThat(of(new Outcome.GaveUp("no such image", "half"), attempt(1)))
                .isEqualTo(new Verdict.Dead(new AttemptRow("failed", null, null, "no such image"), "half"));
        assertThat(of(new Outcome.Snoozed(Duration.ofHours(8)), attempt(10)))
                .isEqualTo(
                        new Verdict.Snooze(new AttemptRow("snoozed", null, null, null), NOW.plus(Duration.ofHours(8))));
        assertThat(of(new Outcome.Snoozed(Duration.ofDays(-1)), attempt(1)))
                .isEqualTo(new Verdict.Snooze(
                        new AttemptRow("snoozed", null, null, null), NOW.plus(Verdict.SHORTEST_SNOOZE)));
    }

    @Test
    void aHandlerInJavaThatSaysWhenToTryAgainIsHeededAndTheAttemptCounts() {
        Outcome asked = new Outcome.AskedRetry("429", Duration.ofMillis(90_500), "half");
        AttemptRow row = new AttemptRow("failed", null, null, "429");
        assertThat(of(asked, attempt(9))).isEqualTo(new Verdict.Retry(row, NOW.plusMillis(90_500)));
        assertThat(of(asked, attempt(10))).isEqualTo(new Verdict.Dead(row, "half"));
        assertThat(of(new Outcome.AskedRetry("429", Duration.ofDays(-1), null), attempt(1)))
                .as("not without a pause")
                .isEqualTo(new Verdict.Retry(row, NOW.plus(Verdict.SHORTEST_SNOOZE)));
    }

    @Test
    void anExceptionIsAFailureLikeAnother() {
        AttemptRow row = new AttemptRow("failed", null, null, "IllegalStateException: no");
        assertThat(of(new Outcome.Threw("IllegalStateException: no", "half"), attempt(1)))
                .isEqualTo(new Verdict.Retry(row, NOW.plusSeconds(1)));
        assertThat(of(new Outcome.Threw("IllegalStateException: no", "half"), attempt(10)))
                .isEqualTo(new Verdict.Dead(row, "half"));
    }

    @ParameterizedTest
    @CsvSource({"1, exit code 1: no", "65, gave up with exit code 65: no"})
    void theErrorEndsWithTheLastLineThatWasPrinted(int code, String error) {
        AttemptRow row =
                of(new Outcome.Exited(code, null, null, "no"), attempt(10)).row();
        assertThat(row).isEqualTo(new AttemptRow("failed", code, null, error));
    }

    @Test
    void aSnoozeOfTheLastAttemptIsStillASnooze() {
        assertThat(of(new Outcome.Exited(75, null), attempt(10))).isInstanceOf(Verdict.Snooze.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64, 66, 74, 76, 77, 79, 126, 127, 128, 137, 255})
    void everyOtherExitCodeIsRetriedAfterTheBackoff(int code) {
        assertThat(of(new Outcome.Exited(code, "lost"), attempt(2)))
                .isEqualTo(new Verdict.Retry(
                        new AttemptRow("failed", code, null, "exit code " + code), NOW.plusSeconds(16)));
    }

    @Test
    void aSignalOfSomebodyElseIsRetriedAndNamed() {
        assertThat(of(new Outcome.Signalled(11), attempt(1)))
                .isEqualTo(new Verdict.Retry(
                        new AttemptRow("failed", null, 11, "killed by signal 11"), NOW.plusSeconds(1)));
    }

    @Test
    void aTimeoutIsRetriedAndTellsHowLongItHad() {
        assertThat(of(new Outcome.TimedOut(null, 15), attempt(1)))
                .isEqualTo(new Verdict.Retry(
                        new AttemptRow("timeout", null, 15, "timed out after 1h"), NOW.plusSeconds(1)));
    }

    @Test
    void aTimeoutIsAFailureEvenWhenTheProgramThenExitedWell() {
        assertThat(of(new Outcome.TimedOut(0, null), attempt(10)))
                .isEqualTo(new Verdict.Dead(new AttemptRow("timeout", 0, null, "timed out after 1h"), null));
    }

    @Test
    void aCancelledAttemptCancelsTheJobWithTheReason() {
        assertThat(of(new Outcome.Cancelled("cancelled by root", null, 9), attempt(1)))
                .isEqualTo(new Verdict.Cancel(new AttemptRow("cancelled", null, 9, "cancelled by root")));
    }

    @Test
    void anInterruptedAttemptIsGivenBackAndRecordedOnlyWhenItHadBegun() {
        assertThat(of(new Outcome.Interrupted(true), attempt(10)))
                .isEqualTo(new Verdict.GiveBack(new AttemptRow("interrupted", null, null, "the daemon stopped")));
        assertThat(of(new Outcome.Interrupted(false), attempt(10))).isEqualTo(new Verdict.GiveBack(null));
    }

    @Test
    void whatCouldNotBeStartedIsGivenBackWithoutATrace() {
        assertThat(of(new Outcome.HandlerUnusable(126, "open for writing"), attempt(10)))
                .isEqualTo(new Verdict.GiveBack(null));
        assertThat(of(new Outcome.NotStarted("no processes"), attempt(10))).isEqualTo(new Verdict.GiveBack(null));
    }

    @Test
    void theLastAttemptThatFailsIsDead() {
        Stream.of(new Outcome.Exited(1, null), new Outcome.Signalled(9), new Outcome.TimedOut(null, 9))
                .forEach(failure -> {
                    assertThat(of(failure, attempt(9))).isInstanceOf(Verdict.Retry.class);
                    assertThat(of(failure, attempt(10))).isInstanceOf(Verdict.Dead.class);
                });
    }

    @Test
    void theJobsOwnMaxAttemptsGoBeforeThePolicys() {
        Outcome failure = new Outcome.Exited(1, "partly");
        assertThat(of(failure, attempt(1, 0, 1)))
                .isEqualTo(new Verdict.Dead(new AttemptRow("failed", 1, null, "exit code 1"), "partly"));
        assertThat(of(failure, attempt(10, 0, 11))).isInstanceOf(Verdict.Retry.class);
    }

    @Test
    void forgivenAttemptsCountNeitherAgainstTheMaximumNorForTheBackoff() {
        assertThat(of(new Outcome.Exited(1, null), attempt(3, 2, 2)))
                .isEqualTo(new Verdict.Retry(new AttemptRow("failed", 1, null, "exit code 1"), NOW.plusSeconds(1)));
        assertThat(of(new Outcome.Exited(1, null), attempt(4, 2, 2))).isInstanceOf(Verdict.Dead.class);
    }

    @Test
    void theJitterMovesTheRetry() {
        Outcome failure = new Outcome.Exited(1, null);
        List<Long> millis = Stream.of(0.0, 1.0)
                .map(jitter -> (Verdict.Retry) Verdict.of(failure, attempt(2), POLICY, NOW, jitter))
                .map(retry -> Duration.between(NOW, retry.at()).toMillis())
                .toList();
        assertThat(millis).containsExactly(14_400L, 17_600L);
    }

    @ParameterizedTest
    @CsvSource({
        // max attempts, how often its daemon died before, does it run again?
        "1, 0, true",
        "1, 1, false",
        "2, 0, true",
        "2, 1, false",
        "3, 1, true",
        "3, 2, false",
        "10, 8, true",
        "10, 9, false"
    })
    void aJobWhoseDaemonDiedRunsAgainButNotForEver(int maxAttempts, int crashes, boolean again) {
        Verdict verdict = Verdict.ofCrash(attempt(crashes + 1, crashes, maxAttempts), crashes, POLICY);
        if (again) {
            assertThat(verdict)
                    .isEqualTo(new Verdict.Rerun(new AttemptRow("daemon died", null, null, "the daemon died")));
        } else {
            String error = "the daemon died in " + (crashes + 1) + " attempts";
            assertThat(verdict).isEqualTo(new Verdict.Dead(new AttemptRow("daemon died", null, null, error), null));
        }
    }

    private static Verdict of(Outcome outcome, Claim claim) {
        return Verdict.of(outcome, claim, POLICY, NOW, EXACT);
    }

    @Test
    void whatFailedOnAFullDiskIsPutBackAsIfItHadNotBeen() {
        Verdict verdict = Verdict.of(new Outcome.Starved(1, null), attempt(10), POLICY, NOW, 0.5);
        assertThat(verdict)
                .isEqualTo(new Verdict.GiveBack(
                        new Verdict.AttemptRow("interrupted", 1, null, "it failed while the disk was full")));
    }

    @Test
    void whatCannotBeRunAsItStandsIsDeadAtOnce() {
        Verdict verdict = Verdict.of(new Outcome.Unfit("its args are odd"), attempt(1), POLICY, NOW, 0.5);
        assertThat(verdict)
                .isEqualTo(new Verdict.Dead(new Verdict.AttemptRow("failed", null, null, "its args are odd"), null));
    }
}
