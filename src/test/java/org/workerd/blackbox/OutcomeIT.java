package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a job when its handler has ended. */
class OutcomeIT extends DaemonTest {
    @BeforeEach
    void handlers() {
        at.handler("exit", "echo run >>'" + diary() + "'; exit $1");
        at.handler("kill", "echo run >>'" + diary() + "'; kill -$1 $$");
    }

    private long job(String name, int argument, int attempts) {
        return jobs().insert("name", name, "args", "[\"" + argument + "\"]", "max_attempts", attempts);
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 78})
    void someExitCodesGiveUpAtOnce(int code) {
        at.start();
        long id = job("exit", code, 5);
        jobs().awaitState(id, "dead");
        assertThat(jobs().column(id, "exit_code")).isEqualTo(code + "");
        assertThat(diaryLines()).hasSize(1);
    }

    @Test
    void otherFailuresAreTriedAgainUntilTheJobIsDead() {
        at.start();
        long failing = job("exit", 3, 4);
        jobs().awaitState(failing, "dead");
        assertThat(diaryLines()).hasSize(4);
        assertThat(jobs().attempt(failing)).isEqualTo(4);
        assertThat(jobs().column(failing, "exit_code")).isEqualTo("3");
        assertThat(jobs().count("job_attempts where exit_code = 3")).isEqualTo(4);
        long killed = job("kill", 11, 2);
        jobs().awaitState(killed, "dead");
        assertThat(jobs().column(killed, "signal")).isEqualTo("11");
        assertThat(jobs().column(killed, "exit_code")).isNull();
        long termed = job("kill", 15, 1);
        jobs().awaitState(termed, "dead");
        assertThat(jobs().column(termed, "signal")).isEqualTo("15");
    }

    @Test
    void theErrorOfAFailureHoldsTheLastLineThatItPrinted() {
        at.set("jobs.output_limit", "\"1KiB\"").set("jobs.max_attempts", "1").configure();
        at.handler("mailer", "echo started; echo 'mail: command not found' >&2; exit 3");
        at.handler("unfit", "echo 'no such customer'; exit 65");
        at.handler("mute", "exit 3");
        at.handler("binary", "printf '\\000\\377\\200'; exit 3");
        at.handler("talker", "yes 'one more line' | head -n 9000; echo 'the end of it' >&2; exit 3");
        at.handler("capped", "echo 'out of reach'; yes '****' | head -c 90000; exit 3");
        at.handler("killed", "echo 'out of luck'; kill -9 $$");
        at.handler("late", "echo 'still at it'; sleep 600");
        at.start();
        Map<String, String> errors = Map.of(
                "mailer", "exit code 3: mail: command not found",
                "unfit", "gave up with exit code 65: no such customer",
                "mute", "exit code 3",
                "binary", "exit code 3",
                "talker", "exit code 3: the end of it",
                "capped", "exit code 3",
                "killed", "killed by signal 9: out of luck",
                "late", "timed out after 300ms: still at it");
        errors.forEach((name, error) -> {
            long id = jobs().insert("name", name, "timeout_ms", name.equals("late") ? 300 : 60_000);
            jobs().awaitState(id, "dead");
            assertThat(jobs().column(id, "error")).as(name).isEqualTo(error);
            assertThat(jobs().ask("select error from job_attempts where id = ?", id))
                    .as(name)
                    .isEqualTo(error);
        });
    }

    @Test
    void aFailureWaitsForTheBackoff() {
        at.set("jobs.backoff", "\"700ms\"").configure();
        at.handler("second", "[ $WORKERD_ATTEMPT -eq 2 ]");
        at.start();
        long id = jobs().enqueue("second");
        jobs().awaitState(id, "retrying");
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(2);
        long waited = Long.parseLong(jobs().ask(
                        "select b.started_at - a.finished_at from job_attempts a, job_attempts b"
                                + " where a.id = ? and b.id = a.id and a.number = 1 and b.number = 2",
                        id));
        assertThat(waited).isBetween(700L, 1500L);
    }

    @Test
    void aSnoozeDoesNotCountAndWaitsAsTheHandlerWishes() {
        at.handler(
                "snooze",
                "echo run >>'" + diary() + "'; [ $(wc -l <'" + diary() + "') -gt 2 ] && exit 0\n"
                        + "echo 200ms >\"$WORKERD_RESULT\"; exit 75");
        at.handler("nap", "exit 75");
        at.start();
        long id = jobs().insert("name", "snooze", "max_attempts", 1);
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).hasSize(3);
        long nap = jobs().insert("name", "nap", "max_attempts", 1);
        jobs().awaitState(nap, "scheduled");
        long wait = Long.parseLong(jobs().column(nap, "run_at")) - Long.parseLong(jobs().column(nap, "created_at"));
        assertThat(wait).isBetween(60_000L, 65_000L);
    }

    @Test
    void aTimeoutEndsTheWholeGroupAlsoWhatIgnoresTerm() {
        at.handler("deaf", "trap '' TERM; (trap '' TERM; sleep 600) & sleep 601 & while :; do sleep 602; done");
        at.start();
        long id = jobs().insert("name", "deaf", "timeout_ms", 300, "max_attempts", 1);
        long since = System.nanoTime();
        jobs().awaitState(id, "dead");
        assertThat(Duration.ofNanos(System.nanoTime() - since))
                .isBetween(Duration.ofMillis(700), Duration.ofSeconds(4));
        assertThat(jobs().column(id, "error")).isEqualTo("timed out after 300ms");
        assertThat(jobs().column(id, "signal")).isEqualTo("9");
        assertThat(Proc.of(at.top)).hasSize(1);
    }

    @Test
    void aTimeoutThatIsHeardLeavesTimeToCleanUp() {
        at.set("jobs.kill_grace", "\"10s\"").configure();
        at.handler("neat", "trap 'sleep 0.3; echo neat >>\"" + diary() + "\"; exit 0' TERM; sleep 600 & wait");
        at.start();
        long id = jobs().insert("name", "neat", "timeout_ms", 200, "max_attempts", 1);
        jobs().awaitState(id, "dead");
        assertThat(diaryLines()).containsExactly("neat");
    }

    @Test
    void aFailureThatSaysWhenIsTriedAgainThenAndCounts() {
        at.set("jobs.backoff", "\"1h\"").configure();
        at.handler("wants", "echo 200ms >\"$WORKERD_RETRY\"; exit 3");
        at.start();
        long id = jobs().insert("name", "wants", "max_attempts", 2);
        jobs().awaitState(id, "dead");
        assertThat(jobs().attempt(id)).isEqualTo(2);
    }

    @Test
    void eachClaimHasALargerToken() {
        at.handler("fenced", "echo \"$WORKERD_TOKEN\" >>'" + diary() + "'; [ $WORKERD_ATTEMPT -eq 3 ]");
        at.start();
        jobs().awaitState(jobs().enqueue("fenced"), "done");
        List<Long> tokens = diaryLines().stream().map(Long::valueOf).toList();
        assertThat(tokens).hasSize(3).isSorted().doesNotHaveDuplicates();
    }
}
