package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code restart}: another version of the daemon in the same process, while programs run. */
class RestartInPlaceIT extends DaemonTest {
    private static final String UNTIL_GO = "while [ ! -e \"$WORKERD_TEST_GO\" ]; do sleep 0.02; done\n";

    @Test
    void programsGoOnOverTwoRestarts() throws Exception {
        slow(
                "long",
                "echo \"30 before\" >>\"$WORKERD_PROGRESS\"; echo said before",
                "echo \"70 after\" >>\"$WORKERD_PROGRESS\"; printf '{\"n\":1}' >\"$WORKERD_RESULT\"; echo said after");
        slow("fails", "", "exit 65");
        long daemon = at.start();
        long done = jobs().enqueue("long", "a payload");
        long dead = jobs().enqueue("fails");
        awaitBegun(2);
        List<String> programs = diaryLines();
        int open = 0;
        for (int round = 0; round < 2; round++) {
            Shell.Done restart = at.workerd("restart");
            assertThat(restart.err()).isEqualTo("workerd restarted (pid " + daemon + "), 2 jobs go on\n");
            assertThat(restart.code()).isZero();
            assertThat(at.daemon().name()).isEqualTo("workerd");
            assertThat(at.workerd("status").out()).contains("(pid " + daemon + ", ", "2 jobs running");
            int now = at.daemon().descriptors().size();
            assertThat(round == 0 ? now : open).isBetween(now - 2, now + 2);
            open = now;
        }
        assertThat(at.pid()).isEqualTo(daemon);
        assertThat(programs).allSatisfy(pid -> assertThat(Proc.of(Long.parseLong(pid)))
                .hasValueSatisfying(program -> assertThat(program.parent()).isEqualTo((int) daemon)));
        go();
        jobs().awaitState(done, "done");
        jobs().awaitState(dead, "dead");
        assertThat(jobs().column(done, "result")).isEqualTo("{\"n\":1}");
        assertThat(jobs().column(done, "attempt")).isEqualTo("1");
        assertThat(jobs().column(dead, "exit_code")).isEqualTo("65");
        assertThat(at.workerd("logs", Long.toString(done)).out()).isEqualTo("said before\nsaid after\n");
        assertThat(at.workerd("show", "--json", Long.toString(done)).out()).contains("\"message\":\"after\"");
        assertThat(diaryLines()).isEqualTo(programs);
        assertThat(at.logText())
                .containsPattern("restarted in place, \\d+ ms without claims; running programs carried over: 2\n");
        assertNoZombies(daemon);
    }

    @Test
    void timeLimitsAndCancellationsGoOn() {
        at.set("jobs.kill_grace", Installation.text("3s")).configure();
        at.handler("patient", "echo $$ >>'" + diary() + "'; exec sleep 600");
        at.handler("deaf", "trap '' TERM; echo $$ >>'" + diary() + "'; while :; do sleep 0.05; done");
        at.start();
        long limited = jobs().insert("name", "patient", "timeout_ms", 5_000);
        long deaf = jobs().enqueue("deaf");
        long unwanted = jobs().enqueue("patient");
        awaitBegun(3);
        assertThat(at.workerd("cancel", Long.toString(deaf)).code()).isZero();
        until("it is told to end", () -> at.workerd("restart").code() == 0);
        assertThat(at.workerd("cancel", Long.toString(unwanted)).code()).isZero();
        jobs().awaitState(unwanted, "cancelled");
        jobs().awaitState(deaf, "cancelled");
        assertThat(jobs().column(deaf, "signal")).isEqualTo("9");
        until("its time is up", () -> jobs().state(limited).equals("retrying") || jobs().attempt(limited) > 1);
        assertThat(jobs().ask("select outcome from job_attempts where id = ? and number = 1", limited))
                .isEqualTo("timeout");
    }

    @Test
    void eachProgramOfManyBeginsAndEndsOnce() throws Exception {
        at.handler(
                "short",
                "echo $WORKERD_TOKEN >>'" + at.top.resolve("tokens") + "'; echo b$WORKERD_JOB_ID >>'" + diary()
                        + "'; sleep 0.$((WORKERD_JOB_ID % 7)); echo" + " e$WORKERD_JOB_ID >>'" + diary() + "'");
        long daemon = at.start();
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 60)"
                + " insert into jobs(name) select 'short' from n");
        for (int round = 0; round < 3; round++) {
            assertThat(at.workerd("restart").code()).isZero();
        }
        assertThat(at.pid()).isEqualTo(daemon);
        jobs().awaitAllDone();
        Set<String> expected = new HashSet<>();
        IntStream.rangeClosed(1, 60).forEach(id -> expected.addAll(List.of("b" + id, "e" + id)));
        assertThat(diaryLines()).hasSize(120).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(Files.readAllLines(at.top.resolve("tokens"))).hasSize(60).doesNotHaveDuplicates();
        assertThat(jobs().ask("select max(attempt) from job_status")).isEqualTo("1");
        assertNoZombies(daemon);
    }

    @Test
    void whatWouldNotStartIsRefusedAndNothingHappens() {
        slow("long", "", "");
        long daemon = at.start();
        long id = jobs().enqueue("long");
        awaitBegun(1);
        String good = Installation.read(at.config);
        Installation.write(at.config, good.replace("concurrency", "concurency"));
        Shell.Done refused = at.workerd("restart");
        assertThat(refused.code()).isEqualTo(6);
        assertThat(refused.err()).contains("concurency", "workerd (pid " + daemon + ") goes on as before");
        Installation.write(at.config, good.replace("run/workerd.pid", "run/other.pid"));
        Shell.Done moved = at.shell.run("sh", "-c", "kill -USR2 " + daemon);
        assertThat(moved.code()).isZero();
        at.awaitLog("daemon.pidfile has changed");
        Installation.write(at.config, good);
        assertThat(at.logText()).doesNotContain("restarting in place");
        assertThat(at.pid()).isEqualTo(daemon);
        go();
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(1);
    }

    @Test
    void aStopThatComesMeanwhileIsCarriedOut() {
        at.handler("hello", "exit 0");
        for (int millis : new int[] {0, 600}) {
            long daemon = at.start();
            at.shell.run(
                    "sh",
                    "-c",
                    "kill -USR2 " + daemon + "; sleep 0." + millis + "; '" + Installation.LAUNCHER + "' -c '"
                            + at.config + "' stop --timeout 60s");
            Installation.awaitEnd(daemon);
            assertThat(at.pidfile).doesNotExist();
        }
    }

    @Test
    void signalsMeanwhileAreHeardAndASecondRequestIsTheSame() {
        at.handler("hello", "exit 0");
        long daemon = at.start();
        at.set("workers.concurrency", "2").configure();
        List<String> line = new ArrayList<>(List.of("sh", "-c"));
        line.add("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do kill -USR2 " + daemon + "; kill -HUP " + daemon
                + "; kill -USR1 " + daemon + "; sleep 0.05; done");
        at.shell.run(line);
        at.awaitLog("restarted in place");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        assertThat(at.pid()).isEqualTo(daemon);
        assertThat(Proc.isAlive(daemon)).isTrue();
    }

    /** Before the new version can heed them, they would end any JVM. */
    @Test
    void whatEndsNothingElsewhereEndsNothingInTheMidst() {
        slow("long", "", "");
        long daemon = at.start();
        long id = jobs().enqueue("long");
        awaitBegun(1);
        at.shell.run(
                "sh",
                "-c",
                "kill -USR2 $1; name=; until [ \"$name\" = java ]; do read -r name </proc/$1/comm; done;"
                        + " kill -QUIT $1; kill -ALRM $1",
                "sh",
                Long.toString(daemon));
        at.awaitLog("restarted in place");
        go();
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(1);
        assertThat(at.pid()).isEqualTo(daemon);
    }

    private void slow(String name, String before, String after) {
        at.handler(
                name,
                before + "\necho $$ >>'" + diary() + "'\n"
                        + UNTIL_GO.replace(
                                "$WORKERD_TEST_GO", at.top.resolve("go").toString()) + after);
    }

    private void awaitBegun(int count) {
        until("they have begun", () -> diaryLines().size() == count);
    }

    private void go() {
        Installation.write(at.top.resolve("go"), "");
    }

    private static void assertNoZombies(long daemon) throws Exception {
        until("no zombies", () -> Proc.all().stream()
                .noneMatch(process -> process.parent() == daemon && process.isZombie()));
        assertThat(Files.exists(Path.of("/proc/" + daemon))).isTrue();
    }
}
