package org.workerd.worker.loop;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.workerd.job.Span;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.Execution;

/** Writes how far the attempts that run are, of each no more often than people look. For the loop's thread. */
final class ProgressWriter {
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /** By the claim's token: when it was written last, on the monotonic clock. */
    private final Map<Long, Long> written = new HashMap<>();

    void write(Moves moves, Collection<Execution> executions) {
        long now = System.nanoTime();
        for (Execution execution : executions) {
            if (execution.signs().hasNews() && untilDue(execution, now).isZero()) {
                execution.signs().noticed();
                written.put(execution.claim().token(), now);
                execution.signs().progress().ifPresent(progress -> moves.progress(execution.claim(), progress));
            }
        }
        written.keySet()
                .retainAll(executions.stream()
                        .map(execution -> execution.claim().token())
                        .collect(Collectors.toSet()));
    }

    /** How long until there is something to write, unless there is news by then. */
    Duration untilNext(Collection<Execution> executions, Duration longest) {
        long now = System.nanoTime();
        return executions.stream()
                .filter(execution -> execution.signs().hasNews())
                .map(execution -> untilDue(execution, now))
                .reduce(longest, Span::shorter);
    }

    private Duration untilDue(Execution execution, long now) {
        Long last = written.get(execution.claim().token());
        Duration left = last == null ? Duration.ZERO : BETWEEN.minusNanos(now - last);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
