package org.workerd.worker.loop;

import java.time.Instant;
import java.util.Optional;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Cancellation;
import org.workerd.worker.attempt.Slots;

/** Deals with the requests to end jobs, whoever asked and whoever ran them: a request outlives the daemon it was for. */
final class Cancellations {
    private final Slots slots;
    private final Moves.Runner runner;

    Cancellations(Slots slots, Moves.Runner runner) {
        this.slots = slots;
        this.runner = runner;
    }

    /** After the verdicts and before the claims: what was put back in this turn shall not begin again. */
    void carryOut(Moves moves, Instant now) {
        for (Cancellation request : moves.cancellations()) {
            Long token = request.token();
            if (token == null) {
                settle(moves, request, now);
            } else {
                Optional<Claim> notBegun = slots.cancel(token, request.reason());
                if (notBegun.isPresent()) {
                    moves.finish(notBegun.get(), new Verdict.GiveBack(null), runner, now);
                    settle(moves, request, now);
                }
            }
        }
    }

    /** It does not run: it waits again, or it has ended by itself, which nobody can take back. */
    private static void settle(Moves moves, Cancellation request, Instant now) {
        moves.cancel(request.id(), request.reason(), now);
        moves.forgetCancellation(request.id());
    }
}
