package org.workerd.worker.attempt;

import java.time.Duration;
import java.util.Optional;
import org.workerd.job.Outcome;

/**
 * The end of an attempt, on its way from its slot to the loop that judges it. Immutable.
 *
 * @param noted where the next daemon would find it
 * @param ran from its place in the slot on
 */
public record End(Execution execution, Outcome outcome, Optional<EndFile> noted, Duration ran) {
    /** In bytes, what it keeps in memory until the database has it. */
    long size() {
        return execution.claim().size() + outcome.size();
    }
}
