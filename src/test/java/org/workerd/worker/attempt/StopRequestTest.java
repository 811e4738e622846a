package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.workerd.worker.attempt.StopRequest.Cause;

class StopRequestTest {
    private final StopRequest stop = new StopRequest();
    private final AtomicInteger acts = new AtomicInteger();

    @Test
    void theFirstCauseStands() {
        assertThat(stop.cause()).isNull();
        stop.ask(Cause.TIMED_OUT);
        stop.cancel("no more wanted");
        stop.ask(Cause.INTERRUPTED);
        assertThat(stop.cause()).isEqualTo(Cause.TIMED_OUT);
        assertThat(stop.reason()).isEmpty();
    }

    @Test
    void aCancellationKeepsItsReason() {
        stop.cancel("no more wanted");
        stop.cancel("no more wanted by somebody else");
        assertThat(stop.cause()).isEqualTo(Cause.CANCELLED);
        assertThat(stop.reason()).isEqualTo("no more wanted");
    }

    @Test
    void whatIsToBeDoneIsDoneOnceWhenItIsAsked() {
        stop.onceAsked(acts::incrementAndGet);
        assertThat(acts).hasValue(0);
        stop.ask(Cause.INTERRUPTED);
        stop.ask(Cause.TIMED_OUT);
        assertThat(acts).hasValue(1);
    }

    @Test
    void askedAlreadyItIsDoneAtOnce() {
        stop.ask(Cause.INTERRUPTED);
        stop.onceAsked(acts::incrementAndGet);
        assertThat(acts).hasValue(1);
    }

    @Test
    void afterTheCloseNothingIsDone() {
        stop.onceAsked(acts::incrementAndGet);
        stop.close();
        stop.ask(Cause.INTERRUPTED);
        stop.close();
        assertThat(acts).hasValue(0);
    }
}
