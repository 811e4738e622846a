package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Two daemons, four writers, and kill -9 at random moments: every job is done, and no two attempts of one overlap. */
class ChaosIT extends DaemonTest {
    private static final int KILLS = 24;

    @Test
    void killedAgainAndAgainNothingIsLostAndNothingRunsTwiceAtOnce() throws Exception {
        Random random = new Random(20_261_123);
        at.set("jobs.max_attempts", "1000").configure();
        Installation other = other("second");
        other.set("jobs.max_attempts", "1000").configure();
        at.handler(
                "work",
                """
                echo "start $WORKERD_JOB_ID $$" >>'%s'
                sleep 0.0$(($WORKERD_JOB_ID %% 9))
                echo "end $WORKERD_JOB_ID $$" >>'%s'
                """
                        .formatted(diary(), diary()));
        List<Installation> both = List.of(at, other);
        both.forEach(Installation::start);
        AtomicBoolean enough = new AtomicBoolean();
        List<Thread> writers = new ArrayList<>();
        jobs();
        for (int i = 0; i < 4; i++) {
            Thread writer = new Thread(() -> write(enough));
            writer.start();
            writers.add(writer);
        }
        for (int kill = 0; kill < KILLS; kill++) {
            Installation victim = both.get(kill % 2);
            int ran = jobs().count("finished");
            int more = random.nextInt(20);
            until("work goes on", () -> jobs().count("finished") > ran + more);
            victim.kill9();
            victim.start();
        }
        enough.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        jobs().awaitAllDone(Duration.ofSeconds(60));
        int total = jobs().count("jobs");
        assertThat(jobs().count("finished where state = 'done'")).isEqualTo(total);
        assertThat(jobs().count("attempts where outcome = 'daemon died'")).isPositive();
        assertNoOverlap(total);
        CrashIT.report(KILLS + " kills, " + total + " jobs, " + jobs().count("attempts where outcome = 'daemon died'")
                + " attempts cut short");
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

    private void write(AtomicBoolean enough) {
        try (Jobs own = new Jobs(at.queue)) {
            while (!enough.get()) {
                if (own.count("ready") < 50) {
                    own.enqueue("work");
                } else {
                    Thread.onSpinWait();
                    java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                }
            }
        }
    }
}
