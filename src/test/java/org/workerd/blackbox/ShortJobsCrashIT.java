package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * kill -9 among jobs that end within a millisecond, more of them than the database hears of one by one: only what really
 * ran at that moment runs again.
 */
class ShortJobsCrashIT extends PluginDaemonTest {
    private static final int SLOTS = 4;
    private static final int KILLS = 6;

    @Test
    void ofProgramsOnlyThoseRunAgainThatRan() throws Exception {
        at.handler("brief", "echo $WORKERD_JOB_ID >>'" + diary() + "'; printf %s $WORKERD_JOB_ID >\"$WORKERD_RESULT\"");
        int twice = killAmong(1_500);
        CrashIT.report("kill -9 among short programs: " + twice + " ran twice in " + KILLS + " kills");
        assertThat(twice).isLessThanOrEqualTo(SLOTS * KILLS);
    }

    @Test
    void ofHandlersInJavaOnlyThoseRunAgainThatRan() throws Exception {
        handler("brief", diaryEntry("Long.toString(job.id())") + "return JobResult.done(Long.toString(job.id()));");
        int twice = killAmong(60_000);
        CrashIT.report("kill -9 among short jobs in Java: " + twice + " ran twice in " + KILLS + " kills");
        assertThat(twice).isLessThanOrEqualTo(SLOTS * KILLS);
    }

    /** How many runs there were beyond one for each job. */
    private int killAmong(int total) throws Exception {
        at.set("workers.concurrency", Integer.toString(SLOTS))
                .set("jobs.max_attempts", "1000")
                .configure();
        Path batch = at.top.resolve("batch");
        Files.writeString(batch, "{\"name\":\"brief\"}\n".repeat(total));
        at.start();
        assertThat(at.workerd("enqueue", "--batch", batch.toString()).code()).isZero();
        for (int kill = 1; kill <= KILLS; kill++) {
            int some = total * kill / (KILLS + 2);
            until("more of them run", Duration.ofSeconds(60), () -> lines() > some);
            at.kill9();
            at.start();
        }
        jobs().awaitAllDone();
        List<String> runs = diaryLines();
        Set<String> jobs = new HashSet<>(runs);
        assertThat(jobs).hasSize(total);
        assertThat(jobs().count("job_status where result is not cast(id as text)"))
                .isZero();
        assertThat(jobs().count("job_attempts where outcome not in ('done', 'daemon died')"))
                .isZero();
        return runs.size() - total;
    }

    private long lines() {
        return diaryLines().size();
    }
}
