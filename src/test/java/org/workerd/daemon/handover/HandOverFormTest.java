package org.workerd.daemon.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.store.DaemonStore;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.CarriedForm;

/** What one version of the daemon writes for the next. */
class HandOverFormTest {
    private static final HandOverNote NOTE = new HandOverNote(
            3,
            17,
            18,
            2,
            5,
            4,
            1L << 41,
            -9,
            Optional.empty(),
            List.of(
                    new Carried(0, 16, 99, 22_616, 556_340, -1, Long.MAX_VALUE, null, "", 0),
                    CarriedForm.decode(
                            "slot=1024 job=9223372036854775807 token=9223372036854775807 pid=2147483647"
                                    + " oldest=9223372036854775807 began=-9223372036854775808 until=-9223372036854775808"
                                    + " told=CANCELLED kill=-9223372036854775808 reason=by+%C3%84nne+%3D+%22no+more%22%0A100+%25")));

    @Test
    void isReadAsItWasWritten() {
        assertThat(HandOverForm.decode(HandOverForm.encode(NOTE))).isEqualTo(NOTE);
        HandOverNote idle = new HandOverNote(1, 3, 4, 1, 0, 0, 0, 0, Optional.empty(), List.of());
        assertThat(HandOverForm.decode(HandOverForm.encode(idle))).isEqualTo(idle);
    }

    /** So that the version before this one can still take over where it could. */
    @Test
    void onlyWithAGuardItTakesALaterVersionToReadIt() {
        HandOverNote guarded =
                new HandOverNote(1, 3, 4, 1, 0, 0, 0, 0, Optional.of(new DaemonStore.Guard(4_194_304, 19)), List.of());
        assertThat(HandOverForm.encode(guarded)).startsWith("workerd-hand-over format=2 ");
        assertThat(HandOverForm.encode(NOTE)).startsWith("workerd-hand-over format=1 ");
        assertThat(HandOverForm.decode(HandOverForm.encode(guarded))).isEqualTo(guarded);
        assertThat(guarded.descriptors()).containsExactly(3, 4, 19);
    }

    @Test
    void aReasonIsKeptWhateverIsInIt() {
        Carried program =
                HandOverForm.decode(HandOverForm.encode(NOTE)).programs().get(1);
        assertThat(program.reason()).isEqualTo("by Änne = \"no more\"\n100 %");
    }

    @Test
    void wordsThatALaterVersionAddsArePassedOver() {
        String more = HandOverForm.encode(NOTE)
                .replace(" daemon=", " mood=good daemon=")
                .replace(" pid=", " colour=red pid=");
        assertThat(HandOverForm.decode(more)).isEqualTo(NOTE);
    }

    @Test
    void whatIsNotWholeIsRefused() {
        String whole = HandOverForm.encode(NOTE);
        for (String broken : List.of(
                "",
                "hello",
                whole.replace("format=1", "format=3"),
                whole.replace(" ledger=18", ""),
                whole.replace(" token=99", ""),
                whole.replace("pid=22616", "pid=x"),
                whole.replace("told=CANCELLED", "told=TIRED"))) {
            assertThatThrownBy(() -> HandOverForm.decode(broken))
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
