package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.job.Alarms.Event;
import org.workerd.job.Alarms.Raised;
import org.workerd.job.Verdict.AttemptRow;

class AlarmsTest {
    private static final AttemptRow ENDING = new AttemptRow("failed", 1, null, "exit code 1");
    private static final Verdict DEAD = new Verdict.Dead(ENDING, null);
    private static final Verdict RETRY = new Verdict.Retry(ENDING, Instant.EPOCH);
    private static final Alarms BOTH = new Alarms("mail", "post");

    @Test
    void aJobThatDiesRaisesOneForItsDeathAndOneForItsFailure() {
        assertThat(BOTH.raisedBy(DEAD, "default"))
                .containsExactly(new Raised(Event.DEAD, "mail"), new Raised(Event.FAILURE, "post"));
        assertThat(new Alarms("mail", null).raisedBy(DEAD, "default")).containsExactly(new Raised(Event.DEAD, "mail"));
        assertThat(new Alarms(null, "post").raisedBy(DEAD, "default"))
                .containsExactly(new Raised(Event.FAILURE, "post"));
    }

    @Test
    void oneHandlerForBothIsToldOnceOfTheLastAttempt() {
        Alarms same = new Alarms("mail", "mail");
        assertThat(same.raisedBy(DEAD, "default")).containsExactly(new Raised(Event.DEAD, "mail"));
        assertThat(same.raisedBy(RETRY, "default")).containsExactly(new Raised(Event.FAILURE, "mail"));
    }

    @Test
    void anAttemptThatIsTriedAgainRaisesOnlyItsFailure() {
        assertThat(BOTH.raisedBy(RETRY, "default")).containsExactly(new Raised(Event.FAILURE, "post"));
        assertThat(new Alarms("mail", null).raisedBy(RETRY, "default")).isEmpty();
    }

    @Test
    void whatIsNoFailureOfTheJobRaisesNone() {
        List<Verdict> fine = List.of(
                new Verdict.Done(ENDING, null),
                new Verdict.Cancel(ENDING),
                new Verdict.Snooze(ENDING, Instant.EPOCH),
                new Verdict.GiveBack(null),
                new Verdict.Rerun(ENDING));
        assertThat(fine).hasSize(Verdict.class.getPermittedSubclasses().length - 2);
        assertThat(fine).allSatisfy(verdict -> assertThat(BOTH.raisedBy(verdict, "default"))
                .isEmpty());
    }

    @Test
    void anAlarmsOwnDeathRaisesNone() {
        assertThat(BOTH.raisedBy(DEAD, Alarms.QUEUE)).isEmpty();
        assertThat(BOTH.raisedBy(RETRY, Alarms.QUEUE)).isEmpty();
    }

    @Test
    void whoNamesNoneRaisesNone() {
        assertThat(Alarms.NONE.raisedBy(DEAD, "default")).isEmpty();
    }
}
