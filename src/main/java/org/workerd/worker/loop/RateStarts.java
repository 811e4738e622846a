package org.workerd.worker.loop;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.Execution;

/** Tells the rates when what they let through really began, which is a moment after its claim. For the loop's thread. */
public final class RateStarts {
    private final Set<Long> told = new HashSet<>();

    /** These were told of before us. */
    void resume(Collection<Claim> begun) {
        begun.forEach(claim -> told.add(claim.token()));
    }

    void tell(Moves moves, Collection<Execution> executions, Limits limits, Instant now) {
        for (Execution execution : executions) {
            Claim claim = execution.claim();
            if (limits.isRated(claim.queue(), claim.name())) {
                execution
                        .signs()
                        .sinceBegun()
                        .filter(since -> told.add(claim.token()))
                        .ifPresent(since -> moves.began(claim, now.minus(since)));
            }
        }
        told.retainAll(
                executions.stream().map(execution -> execution.claim().token()).collect(Collectors.toSet()));
    }

    /** Some that the rates let through have not been told of. */
    boolean hasUntold(Collection<Execution> executions, Limits limits) {
        return limits.hasRates()
                && executions.stream()
                        .map(Execution::claim)
                        .anyMatch(
                                claim -> limits.isRated(claim.queue(), claim.name()) && !told.contains(claim.token()));
    }
}
