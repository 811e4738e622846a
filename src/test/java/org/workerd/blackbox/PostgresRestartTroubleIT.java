package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.workerd.Cable;
import org.workerd.PostgresCluster;

/** The same on bad days: the server ends the session, or the daemon dies, while the next version of it begins. */
class PostgresRestartTroubleIT extends PostgresRestartTest {
    /** As after kill -9: its programs are ended, and only then is its lock free. */
    @Test
    void aDaemonThatIsKilledInTheMidstIsDead() throws IOException {
        Installation one = machine("one");
        one.start();
        Begun job = begin(one);
        Installation two = machine("two");
        two.start();

        long daemon = stopInTheMidst(one);
        assertThat(isGone(job.program())).isFalse();
        one.shell.kill("KILL", daemon);

        DaemonTest.until(
                "the other machine runs it", PATIENCE, () -> diaryLines().size() == 2);
        assertThat(isGone(job.program())).isTrue();
        assertThat(diaryLines().get(1)).startsWith("begin two");
        assertEndsOnTwo(job, two);
        two.stop();
    }

    /** The new version is refused for a while, too. */
    @Test
    void programsStandStillWhenTheServerEndsTheSessionInTheMidstAndGoOnWhenTheDaemonIsBack() throws Exception {
        cluster.run("create role guest login; grant create on database postgres to guest");
        Installation one = machine("one", url("guest", cluster.port()));
        one.start();
        Begun job = begin(one);

        long daemon = stopInTheMidst(one);
        cluster.run("alter role guest connection limit 0");
        endSessions();
        DaemonTest.until("it stands still", PATIENCE, () -> isStopped(job.program()));
        one.shell.kill("CONT", daemon);
        one.awaitLog("cannot take over the queue, retrying");
        assertThat(isStopped(job.program())).isTrue();
        cluster.run("alter role guest connection limit -1");
        DaemonTest.until("it goes on", PATIENCE, () -> !isStopped(job.program()));

        assertEndsWhereItBegan(job);
        one.stop();
    }

    /** As {@code stop --now} does it. */
    @Test
    void aDaemonThatIsToldTwiceToStopDoesNotWaitForTheServer() throws Exception {
        cluster.run("create role visitor login; grant create on database postgres to visitor");
        Installation one = machine("one", url("visitor", cluster.port()));
        one.start();
        Begun job = begin(one);

        long daemon = stopInTheMidst(one);
        cluster.run("alter role visitor connection limit 0");
        endSessions();
        one.shell.kill("CONT", daemon);
        one.awaitLog("cannot take over the queue, retrying");
        one.signal("TERM");
        one.signal("TERM");

        Installation.awaitEnd(daemon);
        DaemonTest.until("its program is ended", PATIENCE, () -> isGone(job.program()));
    }

    @Test
    void aDaemonThatIsBackTooLateEndsWhatAnotherHasTakenOver() throws Exception {
        Installation one = machine("one");
        one.start();
        Begun job = begin(one);
        Installation two = machine("two");
        two.start();

        long daemon = stopInTheMidst(one);
        endSessions();
        DaemonTest.until("the other has it", PATIENCE, () -> diaryLines().size() == 2);
        assertThat(isStopped(job.program())).isTrue();
        one.shell.kill("CONT", daemon);
        DaemonTest.until("it is ended", PATIENCE, () -> isGone(job.program()));

        assertEndsOnTwo(job, two);
        two.stop();
        String later = enqueue(one, "long");
        await(one, later);
        one.stop();
    }

    /** Nobody here is told that the cable is cut. */
    @Test
    void programsStandStillWhileTheServerIsOutOfReachAndGoOnWhenTheDaemonIsBack() throws Exception {
        try (Cable cable = Cable.to(cluster.port())) {
            Installation one = machine("one", url(PostgresCluster.USER, cable.port()));
            one.set("queue.fence", Installation.text("4s")).configure();
            one.start();
            Begun job = begin(one);

            long daemon = stopInTheMidst(one);
            cable.cut();
            one.shell.kill("CONT", daemon);
            DaemonTest.until("it stands still", PATIENCE, () -> isStopped(job.program()));
            cable.mend();
            DaemonTest.until("it goes on", PATIENCE, () -> !isStopped(job.program()));

            assertEndsWhereItBegan(job);
            one.stop();
        }
    }

    private static void endSessions() throws Exception {
        cluster.run("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'workerd'");
    }
}
