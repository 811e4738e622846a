package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Two daemons and four enqueuers, to which everything happens that may happen to them, in any order, while jobs run. The
 * large storm: {@code mvn verify -Dit.test=StormIT -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false
 * -Dstorm.kills=300 -Dstorm.seed=random}
 */
class StormIT extends DaemonTest {
    private static final int KILLS = Integer.getInteger("storm.kills", 8);
    private static final String SEED = System.getProperty("storm.seed", "20261123");
    private static final int SLOTS = 4;

    /** What happens to a daemon, and how often among all that does. */
    private enum Blow {
        /** kill -9, then a start. */
        KILL(8),
        /** A restart that lets most jobs end. */
        RESTART(2),
        /** What runs is ended and given back, then a start. */
        STOP_NOW(2),
        /** Its log was moved away, its settings are others. */
        HUP(3),
        /** Somebody cancels jobs, of which one runs. */
        CANCEL(5),
        /** An enqueuer is killed, another begins. */
        KILL_ENQUEUER(3);

        private final int often;

        Blow(int often) {
            this.often = often;
        }
    }

    private final long seed = SEED.equals("random") ? System.nanoTime() : Long.parseLong(SEED);
    private final Random random = new Random(seed);
    private final List<StormWriter> writers = new ArrayList<>();
    private final Map<Blow, Integer> blows = new EnumMap<>(Blow.class);
    private final Set<Long> cancelled = new TreeSet<>();
    private final Set<Long> perhapsCancelled = new TreeSet<>();
    private long endless;

    /** Some fail at first, some ask for a later attempt; all say when they begin and when they end. */
    private static final String WORK =
            """
            exec 9>>'$top/locks/'$WORKERD_JOB_ID
            flock -n 9 || echo "twice $WORKERD_JOB_ID $$ $WORKERD_ATTEMPT" >>'$diary'
            echo "start $WORKERD_JOB_ID $$ $WORKERD_ATTEMPT" >>'$diary'
            [ $WORKERD_JOB_NAME = work ] || sleep 600
            sleep 0.$(($WORKERD_JOB_ID % 13 == 0 ? 5 : 0))$(($WORKERD_JOB_ID % 9))
            status=0
            if [ $(($WORKERD_JOB_ID % 7)) = 0 ] && mkdir '$top/failed.'$WORKERD_JOB_ID 2>/dev/null; then status=1; fi
            if [ $(($WORKERD_JOB_ID % 11)) = 0 ] && mkdir '$top/snoozed.'$WORKERD_JOB_ID 2>/dev/null; then
              echo 100ms >"$WORKERD_RESULT"
              status=75
            fi
            echo "end $WORKERD_JOB_ID $$ $status" >>'$diary'
            exit $status
            """;

    @Test
    void whateverHappensEachJobEndsOnceAndNoneRunsTwiceAtOnce() throws Exception {
        needs("setsid", "sqlite3", "flock");
        // On a busy machine the two may wait for each other longer than a turn has patience for.
        expectErrors();
        Files.createDirectories(at.top.resolve("locks"));
        for (String name : List.of("work", "endless")) {
            at.handler(name, WORK.replace("$diary", diary().toString()).replace("$top", at.top.toString()));
        }
        List<Installation> daemons = List.of(at, other("second"));
        for (Installation daemon : daemons) {
            daemon.set("jobs.max_attempts", "1000")
                    .set("daemon.drain_timeout", Installation.text("1s"))
                    .set("workers.concurrency", Integer.toString(SLOTS))
                    .configure();
            daemon.start();
        }
        endless = jobs().enqueue("endless");
        for (int i = 0; i < 4; i++) {
            writers.add(new StormWriter(at, i));
        }
        while (many(Blow.KILL) < KILLS) {
            for (Blow blow : shuffled()) {
                awaitMoreWork();
                strike(blow, daemons.get(random.nextInt(2)));
                blows.merge(blow, 1, Integer::sum);
            }
        }
        at.workerd("cancel", "-q", Long.toString(endless));
        cancelled.add(endless);
        Installation.write(at.top.resolve("enough"), "");
        for (StormWriter writer : writers) {
            assertThat(writer.await().code()).isZero();
        }
        jobs().awaitAllDone();
        assertWhole();
    }

    private int many(Blow blow) {
        return blows.getOrDefault(blow, 0);
    }

    private List<Blow> shuffled() {
        List<Blow> all = new ArrayList<>();
        for (Blow blow : Blow.values()) {
            all.addAll(Collections.nCopies(blow.often, blow));
        }
        Collections.shuffle(all, random);
        return all;
    }

    private void awaitMoreWork() {
        int ran = jobs().count("finished");
        int more = random.nextInt(10);
        until("work goes on", Duration.ofSeconds(60), () -> jobs().count("finished") > ran + more);
    }

    private void strike(Blow blow, Installation victim) {
        switch (blow) {
            case KILL -> {
                victim.kill9();
                victim.start();
            }
            case RESTART -> assertThat(victim.workerd("restart").code()).isZero();
            case STOP_NOW -> {
                assertThat(victim.workerd("stop", "--now").code()).isZero();
                victim.start();
            }
            case HUP -> {
                Path moved = victim.log.resolveSibling(victim.log.getFileName() + "." + many(Blow.HUP));
                at.shell.run("mv", victim.log.toString(), moved.toString());
                victim.set("jobs.kill_grace", Installation.text((400 + random.nextInt(200)) + "ms"))
                        .configure();
                victim.signal("HUP");
            }
            case CANCEL -> cancel();
            case KILL_ENQUEUER -> writers.get(random.nextInt(writers.size())).replace();
        }
    }

    /** The one that runs until then; and the newest, which may have ended before it hears of it. */
    private void cancel() {
        String newest = jobs().ask("select max(id) from jobs where name = 'work'");
        Shell.Done done = at.workerd("cancel", "-q", Long.toString(endless), newest);
        assertThat(done.out().lines()).as(done.err()).contains(Long.toString(endless));
        cancelled.add(endless);
        perhapsCancelled.add(Long.valueOf(newest));
        endless = jobs().enqueue("endless");
    }

    private void assertWhole() throws IOException {
        // What waited for a job that was cancelled goes on knowing that it did, for a retry.
        String edges = "edges where parent not in (select id from finished where state = 'cancelled')";
        for (String left : List.of("running", "ready", "scheduled", "blocked", "keys", edges, "cancellations")) {
            assertThat(jobs().count(left)).as(left).isZero();
        }
        StormHistory history = new StormHistory(diaryLines());
        int total = jobs().count("jobs");
        for (long id = 1; id <= total; id++) {
            assertEnded(id, history);
        }
        List<Long> acknowledged = writers.stream()
                .flatMap(writer -> writer.acknowledged().stream())
                .toList();
        assertThat(acknowledged).isNotEmpty().doesNotHaveDuplicates().allMatch(id -> id <= total);
        int died = jobs().count("attempts where outcome = 'daemon died'");
        assertThat(died).isBetween(1, SLOTS * many(Blow.KILL));
        assertThat(history.repeated()).isLessThanOrEqualTo(SLOTS * many(Blow.KILL));
        assertThat(history.cutShort())
                .isLessThanOrEqualTo(
                        SLOTS * (many(Blow.KILL) + many(Blow.STOP_NOW)) + cancelled.size() + many(Blow.RESTART));
        List<String> log = log();
        StormHistory.assertEachEndsOnce(log);
        assertThat(log.stream().filter(line -> line.contains(" ERROR ")))
                .allMatch(line -> line.contains("nothing is lost, retrying"));
        CrashIT.report(blows + ", " + total + " jobs, " + acknowledged.size() + " acknowledged, " + cancelled.size()
                + " cancelled while they ran, " + died + " attempts cut short by kill -9, " + history.cutShort()
                + " in all, "
                + history.repeated() + " ran twice to a good end, "
                + jobs().count("attempts where outcome in ('failed', 'snoozed')") + " failed or snoozed, seed " + seed);
    }

    /** A job ends well unless it was cancelled, or one that it waits for was. */
    private void assertEnded(long id, StormHistory history) {
        String state = jobs().state(id);
        String parents =
                "jobs p where id in (select value from jobs c, json_each(c.\"after\") where c.id = " + id + ")";
        boolean isOrphan = jobs().count(parents + " and id in (select id from finished where state = 'cancelled')") > 0;
        if (cancelled.contains(id) || isOrphan) {
            assertThat(state).as("job " + id).isEqualTo("cancelled");
        } else if (!perhapsCancelled.contains(id) || !state.equals("cancelled")) {
            assertThat(state).as("job " + id).isEqualTo("done");
            assertThat(history.succeeded(id))
                    .as("job " + id + " ran to its end")
                    .isTrue();
        }
    }

    /** All that the daemons have logged, also to what was moved away. */
    private List<String> log() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(at.log.getParent())) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }
}
