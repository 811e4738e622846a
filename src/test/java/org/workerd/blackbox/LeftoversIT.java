package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an attempt has ended, nothing that it started lives on. */
class LeftoversIT extends DaemonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 600 &",
                "(trap '' TERM HUP; sleep 600) &",
                "setsid sleep 600 &",
                "(setsid sh -c 'sleep 600 & sleep 601' &) &",
                "env -i sleep 600 &",
                "setsid -f env -i sleep 600",
                "(setsid -f env -i sh -c 'sleep 600 & sleep 601')",
                "sleep 600 >/dev/null 2>&1 </dev/null & exec sleep 0.1",
                "sleep 600 & kill -9 $$",
                "sleep 600 & exit 3",
                "WORKERD_RESULT=/elsewhere setsid sleep 600 & sleep 0.1",
                "export WORKERD_RESULT=\"$WORKERD_RESULT.inner\"; setsid sleep 600 & sleep 0.1"
            })
    void nothingLivesOn(String script) {
        at.handler("leaves", script);
        long pid = at.start();
        long id = jobs().insert("name", "leaves", "max_attempts", 1);
        until("it is over", () -> jobs().count("finished") == 1);
        assertThat(Proc.of(at.top)).extracting(Proc::pid).containsExactly((int) pid);
        assertThat(jobs().attempt(id)).isEqualTo(1);
    }

    /** Its parent is alive, and no orphan: nobody of its group is handed to the daemon. */
    @Test
    void oneOfTheGroupWhoseParentEscapedDoesNotLiveOnEither() {
        needs("perl");
        Installation.program(
                at.handlers.resolve("leaves"),
                """
                #!/usr/bin/perl
                use POSIX;
                exit 0 if $ARGV[0];
                if (!fork) {
                    if (!fork) { exec 'sleep', '600' }
                    POSIX::setsid(); %ENV = (); exec '/bin/sleep', '601';
                }
                select undef, undef, undef, 0.2;
                """);
        long pid = at.start();
        jobs().enqueue("leaves");
        until("it is over", () -> jobs().count("finished") == 1);
        assertThat(Proc.of(at.top)).extracting(Proc::pid).containsExactly((int) pid);
    }

    /** An attempt that still runs keeps what may be its own; what is left goes with it. */
    @Test
    void theEndOfOneAttemptEndsNothingOfAnother() {
        at.handler(
                "long",
                "setsid sleep 600 & env -i sleep 601 & until [ -e '" + at.top.resolve("go")
                        + "' ]; do sleep 0.02; done;"
                        + " ps -o args= -A | grep -c '[s]leep 60[01]' >\"$WORKERD_RESULT\"");
        at.handler("short", "sleep 602 & exit 0");
        long pid = at.start();
        long id = jobs().enqueue("long");
        jobs().awaitState(id, "running");
        for (int i = 0; i < 10; i++) {
            jobs().awaitState(jobs().enqueue("short"), "done");
        }
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitState(id, "done");
        assertThat(Integer.parseInt(jobs().column(id, "result").strip())).isGreaterThanOrEqualTo(2);
        assertThat(Proc.of(at.top)).extracting(Proc::pid).containsExactly((int) pid);
    }

    @Test
    void noZombieIsLeftOfManyOrphans() {
        at.handler("orphans", "for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.1 &) ; done; sleep 0.3");
        long pid = at.start();
        for (int i = 0; i < 5; i++) {
            jobs().enqueue("orphans");
        }
        jobs().awaitAllDone();
        assertThat(Proc.all()).noneMatch(process -> process.parent() == pid && process.isZombie());
    }

    @Test
    void aGrandchildThatHoldsTheOutputOpenDelaysNothing() {
        at.handler("holds", "setsid sh -c 'trap \"\" TERM; sleep 600' & echo started; exit 0");
        at.start();
        long since = System.nanoTime();
        jobs().awaitState(jobs().enqueue("holds"), "done");
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(5));
    }
}
