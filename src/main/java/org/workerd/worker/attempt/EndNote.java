package org.workerd.worker.attempt;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;

/**
 * How the attempt of a claim ended, for whoever must judge it when its daemon is dead. Immutable.
 *
 * @param token the claim's
 * @param at when it ended
 * @param progress what its handler said last; null: nothing
 */
public record EndNote(long token, Instant at, @Nullable Progress progress, Outcome outcome) {}
