package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that somebody wrote into the database by hand, past every rule that it has: the daemon goes on with the others. */
class HostileRowsIT extends DaemonTest {
    private static final List<String> JOBS = List.of(
            "name) values ('../handlers/work')",
            "name) values ('')",
            "name) values ('work' || char(10) || 'x')",
            "name) values (printf('%.*c', 100000, 'x'))",
            "name, queue) values ('work', '')",
            "name, queue) values ('work', 'a/b' || char(0))",
            "name, args) values ('work', '[]extra')",
            "name, args) values ('work', '{}')",
            "name, args) values ('work', '[\"a\\u0000b\"]')",
            "name, args) values ('work', '[\"' || printf('%.*c', 3000000, 'x') || '\"]')",
            "name, payload) values ('work', printf('%.*c', 50000000, 'x'))",
            "name, payload) values ('work', cast(x'ff00fe' as text))",
            "name, priority) values ('work', 9000000000000000000)",
            "name, priority) values ('work', -9000000000000000000)",
            "name, run_at) values ('work', -9000000000000000000)",
            "name, run_at) values ('work', 9000000000000000000)",
            "name, key) values ('work', '')",
            "name, key) values ('work', printf('%.*c', 1000000, 'k'))",
            "name, max_attempts) values ('work', 0)",
            "name, max_attempts) values ('work', -9000000000000000000)",
            "name, max_attempts) values ('work', 9000000000000000000)",
            "name, timeout_ms) values ('work', 0)",
            "name, timeout_ms) values ('work', -1)",
            "name, timeout_ms) values ('work', 9000000000000000000)",
            "name, created_at) values ('work', -9000000000000000000)",
            "name, \"after\") values ('work', '[1,')",
            "name, \"after\") values ('work', '{\"a\":1}')",
            "id, name) values (-5, 'work')");

    private static final List<String> ROWS_OF_NO_JOB = List.of(
            "insert into ready (lane, priority, id, attempt, forgiven) values (1, 5, 999, 0, 0)",
            "insert into ready (lane, priority, id, attempt, forgiven) select id, 5, 998, 0, 0 from lanes",
            "insert into ready (lane, priority, id, attempt, forgiven) values (77, 0, 999, 0, 0)",
            "insert into scheduled (id, run_at, lane, priority, attempt, forgiven, retrying) values (999, 5, 1, 0, 0, 0, 1)",
            "insert into blocked (id, lane, open) values (999, 1, 0)",
            "insert into blocked (id, lane, open) values (999, 1, -1)",
            "insert into running (id, lane, priority, attempt, forgiven, claimed_by, token, started_at) values (999, 1, 0, 1, 0, 55, 5, 0)",
            "insert into running (id, lane, priority, attempt, forgiven, claimed_by, token, started_at) values (997, 77, 0, 1, 0, 1, 5, 0)",
            "insert into finished (id, lane, state, attempt, finished_at) values (999, 1, 'done', 1, 0)",
            "insert into edges (parent, child) values (999, 1000)",
            "insert into keys (key, id) values ('k', 999)",
            "insert into pauses (queue, paused_at) values ('', 0)",
            "insert into daemons (pid, host, slots, started_at) values (-1, '', -1, -1)",
            "update lanes set ready = 1000000",
            "insert into lanes (queue, name, ready) values ('no', 'work', 7)",
            "insert into attempts (id, number, started_at, finished_at, outcome) values (1, 9, 0, 0, '')");

    @BeforeEach
    void start() {
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        at.start();
        expectBrokenRules();
        jobs().execute("pragma ignore_check_constraints = on");
    }

    private void assertServedAfter(String what) {
        long good = jobs().enqueue("work");
        try {
            jobs().awaitState(good, "done");
        } catch (RuntimeException held) {
            throw new AssertionError("held up by: " + what, held);
        }
        assertThat(diaryLines()).contains(Long.toString(good));
    }

    private void assertReadable() {
        for (String command : List.of("list", "stats", "queues")) {
            assertThat(at.workerd(command, "--json")).as(command).matches(done -> done.code() == 0);
        }
    }

    @Test
    void aJobThatBreaksEveryRuleHoldsNobodyUp() {
        int refused = 0;
        for (String row : JOBS) {
            try {
                jobs().execute("insert into jobs(" + row);
            } catch (IllegalStateException byTrigger) {
                assertThat(byTrigger).hasRootCauseInstanceOf(java.sql.SQLException.class);
                refused++;
            }
            assertServedAfter(row);
        }
        assertThat(refused).as("most get past the rules").isLessThan(JOBS.size() / 2);
        assertReadable();
    }

    @Test
    void aRowThatBelongsToNoJobHoldsNobodyUp() {
        assertServedAfter("the start");
        for (String statement : ROWS_OF_NO_JOB) {
            jobs().execute(statement);
            assertServedAfter(statement);
        }
        assertReadable();
        assertThat(at.logText().lines().filter(line -> !line.contains(" job=")))
                .as("what the daemon complained of")
                .hasSizeLessThan(20);
    }

    @Test
    void theHighestIdThereCanBeIsRefusedAndTheQueueGoesOn() {
        assertThatThrownBy(() -> jobs().insert("id", Long.MAX_VALUE, "name", "work"))
                .rootCause()
                .hasMessageContaining("the queue chooses the id");
        assertServedAfter("the highest id");
    }

    @Test
    void whatCannotBeRunAsItStandsIsDeadAndSaysWhy() {
        long args = jobs().insert("name", "work", "args", "{}");
        long payload = Long.parseLong(jobs().ask(
                        "insert into jobs(name, payload) values ('work', printf('%.*c', 50000000, 'x')) returning id"));
        jobs().awaitState(args, "dead");
        jobs().awaitState(payload, "dead");
        assertThat(jobs().column(args, "error")).isEqualTo("its args are not a JSON array of strings");
        assertThat(jobs().column(payload, "error")).isEqualTo("its payload is longer than 1 MiB");
        assertThat(diaryLines()).isEmpty();
    }

    @Test
    void bytesThatAreNotUtf8ReachNoHandlerAltered() {
        at.handler("show", "printf '%s' \"$1\" >>'" + diary() + "'; cat >>'" + diary() + "'");
        jobs().execute("insert into jobs (name, payload) values ('show', cast(x'636166e9' as text))");
        jobs().execute("insert into jobs (name, args) values ('show', cast(x'5b22e9225d' as text))");
        jobs().execute("insert into jobs (name, args, payload) values ('show', '[\"\ufffd\"]', ' is \ufffd')");
        at.start();
        jobs().awaitState(3, "done");
        jobs().awaitState(1, "dead");
        jobs().awaitState(2, "dead");
        assertThat(jobs().column(1, "error")).isEqualTo("its payload is not UTF-8 text");
        assertThat(jobs().column(2, "error")).isEqualTo("its args are not UTF-8 text");
        assertThat(diaryLines()).containsExactly("\ufffd is \ufffd");
        // What a command prints is read byte by byte.
        assertThat(at.workerd("show", "1").out()).contains("payload      caf\u00ef\u00bf\u00bd\n");
    }
}
