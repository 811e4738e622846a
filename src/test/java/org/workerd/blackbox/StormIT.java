package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Two daemons and four enqueuers, of which one after the other is killed with -9 at a random moment. The large storm:
 * {@code mvn verify -Dit.test=StormIT -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dstorm.kills=60
 * -Dstorm.jobs=5000}
 */
class StormIT extends DaemonTest {
    private static final int KILLS = Integer.getInteger("storm.kills", 16);
    private static final int JOBS = Integer.getInteger("storm.jobs", 400);

    private final Random random = new Random(20_261_123);
    private final List<Writer> writers = new ArrayList<>();

    /** Some fail at first, some ask for a later attempt; all say when they begin and when they end. */
    private static final String WORK =
            """
            echo "start $WORKERD_JOB_ID $$" >>'$diary'
            sleep 0.0$(($WORKERD_JOB_ID % 9))
            status=0
            if [ $(($WORKERD_JOB_ID % 7)) = 0 ] && mkdir '$top/failed.'$WORKERD_JOB_ID 2>/dev/null; then status=1; fi
            if [ $(($WORKERD_JOB_ID % 11)) = 0 ] && mkdir '$top/snoozed.'$WORKERD_JOB_ID 2>/dev/null; then
              echo 100ms >"$WORKERD_RESULT"
              status=75
            fi
            echo "end $WORKERD_JOB_ID $$" >>'$diary'
            exit $status
            """;

    /** By plain SQL: what the shell printed is acknowledged. Some have a key, some wait for the one before. */
    private static final String BY_SQL =
            """
            n=0 last=null
            until [ -e '$top/enough' ]; do
              n=$((n + 1)) key=null after=null
              [ $((n % 5)) != 0 ] || key="'$number.$n'"
              [ $((n % 3)) != 0 ] || after="'[$last]'"
              id=$(sqlite3 -cmd 'pragma wal_autocheckpoint = 0' -cmd '.timeout 60000' '$queue' "
                insert into jobs(name, key, \\"after\\") values ('work', $key, $after) returning id" | sed -n 2p)
              [ -z "$id" ] || { last=$id; echo "$id" >>'$acks'; }
              sleep 0.1
            done
            """;

    /** By the command line: a batch is stored as a whole or not at all. */
    private static final String BY_COMMAND =
            """
            until [ -e '$top/enough' ]; do
              for n in 1 2 3 4 5 6 7 8 9 10; do echo '{"name":"work","priority":'$n'}'; done |
                '$launcher' --config '$config' enqueue --batch - >>'$acks'
            done
            """;

    /** Runs its script in a process group of its own, again and again. */
    private final class Writer {
        private final String script;
        private Shell.Running running;

        Writer(int number, String script) {
            this.script = script.replace("$top", at.top.toString())
                    .replace("$queue", at.queue.toString())
                    .replace("$acks", at.top.resolve("acks." + number).toString())
                    .replace("$launcher", Installation.LAUNCHER.toString())
                    .replace("$config", at.config.toString())
                    .replace("$number", Integer.toString(number));
            begin();
        }

        void begin() {
            running = at.shell.begin(List.of("setsid", "sh", "-c", script));
        }

        void kill9() {
            at.shell.run("kill", "-KILL", "--", "-" + running.process().pid());
            running.await();
        }
    }

    @Test
    void killedAgainAndAgainNothingIsLostAndNothingRunsTwiceAtOnce() throws Exception {
        needs("setsid", "sqlite3");
        // On a busy machine the two may wait for each other longer than a turn has patience for.
        expectErrors();
        at.set("jobs.max_attempts", "1000").configure();
        Installation other = other("second");
        other.set("jobs.max_attempts", "1000").configure();
        at.handler("work", WORK.replace("$diary", diary().toString()).replace("$top", at.top.toString()));
        List<Installation> daemons = List.of(at, other);
        daemons.forEach(Installation::start);
        jobs();
        for (int i = 0; i < 4; i++) {
            writers.add(new Writer(i, i < 2 ? BY_SQL : BY_COMMAND));
        }
        for (int kill = 0; kill < KILLS || jobs().count("jobs") < JOBS; kill++) {
            awaitMoreWork();
            if (kill < KILLS) {
                strike(daemons.get(kill % 2), kill);
            }
        }
        Installation.write(at.top.resolve("enough"), "");
        for (Writer writer : writers) {
            assertThat(writer.running.await().code()).isZero();
        }
        jobs().awaitAllDone(Duration.ofSeconds(120));
        assertWhole(daemons);
    }

    private void awaitMoreWork() {
        int ran = jobs().count("finished");
        int more = random.nextInt(20);
        until("work goes on", Duration.ofSeconds(60), () -> jobs().count("finished") > ran + more);
    }

    /** Every third time an enqueuer as well. */
    private void strike(Installation victim, int kill) {
        if (kill % 3 == 0) {
            Writer writer = writers.get(random.nextInt(writers.size()));
            writer.kill9();
            writer.begin();
        }
        victim.kill9();
        victim.start();
    }

    private void assertWhole(List<Installation> daemons) throws Exception {
        int total = jobs().count("jobs");
        assertThat(jobs().count("finished where state = 'done'")).isEqualTo(total);
        int cutShort = jobs().count("attempts where outcome = 'daemon died'");
        assertThat(cutShort).isPositive();
        for (String left : List.of("running", "ready", "scheduled", "blocked", "keys", "edges")) {
            assertThat(jobs().count(left)).as(left).isZero();
        }
        TreeSet<String> acknowledged = acknowledged();
        for (String id : acknowledged) {
            assertThat(jobs().state(Long.parseLong(id))).as("job " + id).isEqualTo("done");
        }
        assertNoOverlap(total);
        daemons.forEach(daemon -> assertThat(daemon.logText().lines().filter(line -> line.contains(" ERROR ")))
                .allMatch(line -> line.contains("nothing is lost, retrying")));
        CrashIT.report(KILLS + " daemons killed, " + (KILLS + 2) / 3 + " enqueuers killed, " + total + " jobs, "
                + acknowledged.size() + " acknowledged, " + cutShort + " attempts cut short, "
                + jobs().count("attempts where outcome in ('failed', 'snoozed')") + " failed or snoozed");
    }

    /** A line that was being written when its writer was killed has no end. */
    private TreeSet<String> acknowledged() throws Exception {
        TreeSet<String> ids = new TreeSet<>();
        for (int i = 0; i < writers.size(); i++) {
            Path acks = at.top.resolve("acks." + i);
            if (Files.exists(acks)) {
                String text = Installation.read(acks);
                ids.addAll(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
            }
        }
        return ids;
    }

    /** An attempt that was cut short never wrote its end, so the next start of the job may not be followed by it. */
    private void assertNoOverlap(int total) {
        Map<String, String> running = new HashMap<>();
        Map<String, Integer> ends = new HashMap<>();
        for (String line : diaryLines()) {
            String[] words = line.split(" ");
            if (words[0].equals("start")) {
                running.put(words[1], words[2]);
            } else {
                assertThat(running.get(words[1]))
                        .as(line + " belongs to the attempt that began last")
                        .isEqualTo(words[2]);
                ends.merge(words[1], 1, Integer::sum);
            }
        }
        assertThat(ends).hasSize(total);
    }
}
