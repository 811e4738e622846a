package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.workerd.PostgresCluster;

/** {@code restart} in place with a queue on PostgreSQL: no other machine ever sees the daemon as dead. */
class PostgresRestartIT extends PostgresRestartTest {
    @Test
    void aProgramGoesOnOverTwoRestartsAndNobodyElseTakesItOver() throws IOException {
        Installation one = machine("one");
        long daemon = one.start();
        Begun job = begin(one);
        Installation two = machine("two");
        two.start();

        restart(one);
        restart(one);

        assertThat(one.pid()).isEqualTo(daemon);
        assertThat(Proc.of(job.program()))
                .hasValueSatisfying(it -> assertThat(it.parent()).isEqualTo((int) daemon));
        assertEndsWhereItBegan(job);
        assertThat(one.workerd("logs", job.id()).out()).isEqualTo("before\nafter\n");
        assertThat(one.workerd("show", "--json", job.id()).out())
                .contains("\"attempt\":1,", "\"result\":{\"n\":1}", "\"message\":\"before\"");
        assertThat(two.logText()).doesNotContain("dead", "died", "took over");
        // It still shows that it lives, and that it is the same.
        assertThat(one.workerd("stats", "--json").out()).contains("\"pid\":" + daemon + ",");
        one.stop();
        two.stop();
    }

    @Test
    void eachProgramOfManyBeginsAndEndsOnceWhileTwoDaemonsRestart() throws Exception {
        List<Installation> daemons = List.of(machine("one"), machine("two"));
        for (Installation daemon : daemons) {
            daemon.handler(
                    "short",
                    "echo b$WORKERD_JOB_ID >>'" + diary
                            + "'; sleep 0.$((WORKERD_JOB_ID % 7)); echo e$WORKERD_JOB_ID >>'" + diary + "'");
            daemon.start();
        }
        cluster.run("insert into " + schema + ".jobs(name) select 'short' from generate_series(1, 120)");

        for (int round = 0; round < 3; round++) {
            for (Installation daemon : daemons) {
                Shell.Done done = daemon.workerd("restart");
                assertThat(done.code()).as(done + daemon.logText()).isZero();
            }
        }

        DaemonTest.until(
                "all are done",
                PATIENCE,
                () -> daemons.get(0)
                                .workerd("list", "-q", "--state", "done", "--limit", "200")
                                .out()
                                .lines()
                                .count()
                        == 120);
        List<String> expected = IntStream.rangeClosed(1, 120)
                .boxed()
                .flatMap(id -> Stream.of("b" + id, "e" + id))
                .toList();
        assertThat(diaryLines()).containsExactlyInAnyOrderElementsOf(expected);
        for (Installation daemon : daemons) {
            assertThat(daemon.logText()).contains("restarted in place").doesNotContain("dead", "died", "WARN", "ERROR");
            daemon.stop();
        }
    }

    @Test
    void theTimeLimitOfAProgramGoesOn() throws IOException {
        Installation one = machine("one");
        one.start();
        Begun job = begin(one, "--timeout", "12s", "--max-attempts", "1");

        restart(one);

        assertThat(one.workerd("wait", job.id(), "--timeout", "40s").code()).isEqualTo(124);
        assertThat(isGone(job.program())).isTrue();
        assertThat(one.workerd("show", "--json", job.id()).out()).contains("\"outcome\":\"timeout\"");
        one.stop();
    }

    @Test
    void whatWouldNotStartIsRefusedAndNothingHappens() throws IOException {
        Installation one = machine("one");
        long daemon = one.start();
        Begun job = begin(one);
        Installation other = machine("other", cluster.url(PostgresCluster.USER, "postgres", schema + "other"));
        other.start();
        String good = Installation.read(one.config);

        Installation.write(one.config, good.replace("concurrency", "concurency"));
        Shell.Done misspelt = one.workerd("restart");
        // There is a daemon of the same number.
        Installation.write(one.config, good.replace(schema, schema + "other"));
        Shell.Done moved = one.workerd("restart");
        Installation.write(one.config, good);

        assertThat(misspelt.code()).isEqualTo(6);
        assertThat(misspelt.err()).contains("concurency", "workerd (pid " + daemon + ") goes on as before");
        assertThat(moved.code()).isEqualTo(6);
        assertThat(moved.err()).contains("of another queue", "workerd (pid " + daemon + ") goes on as before");
        assertThat(one.logText()).doesNotContain("restarting in place");
        restart(one);
        assertEndsWhereItBegan(job);
        one.stop();
        other.stop();
    }

    @Test
    void toDrainItWaitsForWhatRunsAndStartsAnother() throws IOException {
        Installation one = machine("one");
        long daemon = one.start();
        Begun job = begin(one);

        Shell.Running restart = one.shell.begin(one.line("restart", "--drain", "--timeout", "40s"));
        one.awaitLog("waiting for running jobs: 1");
        go();

        assertThat(restart.await().code()).as(one.logText()).isZero();
        assertThat(one.pid()).isNotEqualTo(daemon);
        await(one, job.id());
        assertThat(diaryLines()).containsExactly("begin one " + job.program(), "end one");
        one.stop();
    }
}
