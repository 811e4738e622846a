package org.workerd.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.job.Alarms;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.store.JobView;
import org.workerd.worker.loop.AlarmText.News;

class AlarmJsonTest {
    private static final Instant THEN = Instant.parse("2026-03-04T05:06:07.089Z");
    private static final JobView.Attempt FAILED =
            new JobView.Attempt(2, THEN, THEN.plusSeconds(1), "failed", 3, null, "exit code 3", 4711L, "web1");

    private static JobView job(JobState state, String payload, String error) {
        return new JobView(
                42,
                "mail",
                "default",
                state,
                0,
                List.of("ann"),
                payload,
                THEN.plusSeconds(60),
                2,
                null,
                0,
                null,
                List.of(),
                null,
                THEN,
                THEN,
                null,
                3,
                null,
                error,
                null,
                null,
                List.of(),
                null);
    }

    private static String alarm(JobView job, List<JobView.Attempt> attempts, String tail) {
        return AlarmJson.of(new News(Alarms.Event.DEAD, job, attempts, JobPolicy.DEFAULT, tail));
    }

    @Test
    void itHoldsTheEventTheJobAndTheEndOfItsOutput() {
        assertThat(alarm(job(JobState.DEAD, "{\"to\":\"ann\"}", "exit code 3"), List.of(FAILED), "no \"route\"\n"))
                .startsWith(
                        "{\"event\":\"dead\",\"job\":{\"id\":42,\"name\":\"mail\",\"queue\":\"default\",\"state\":\"dead\"")
                .contains("\"payload\":{\"to\":\"ann\"}", "\"waits_for\":null", "\"outcome\":\"failed\"")
                .endsWith("}]},\"output_tail\":\"no \\\"route\\\"\\n\"}");
    }

    @Test
    void aJobThatIsTriedAgainSaysWhen() {
        assertThat(alarm(job(JobState.RETRYING, null, "exit code 3"), List.of(), ""))
                .contains("\"waits_for\":{\"reason\":\"time\"", "\"until\":\"2026-03-04T05:07:07.089Z\"");
    }

    /** Else the transaction that stores it would fail for ever. */
    @Test
    void howeverLargeTheJobWasTheAlarmIsSmall() {
        String large = "x".repeat(1 << 20);
        String text = alarm(job(JobState.DEAD, large, large), Collections.nCopies(1000, FAILED), "\0".repeat(4096));
        assertThat(text.length()).isLessThan(AlarmJson.LONGEST);
        assertThat(text)
                .contains("\"id\":42", "\"payload\":null", "\"attempts\":[]")
                .endsWith(",\"left_out\":true}");
    }
}
