package org.workerd.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.workerd.ops.HandlerView;
import org.workerd.ops.HandlerView.Refusal;

/**
 * Names of jobs whose handlers were found good a moment ago: to look at the files for each job takes longer than to store
 * it. A handler that was refused is looked at again each time. For one thread.
 */
final class AcceptedNames {
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST = 1_000;

    private final LongSupplier nanoTime;
    private final Map<String, Long> acceptedAt = new HashMap<>();

    /** @param nanoTime as {@link System#nanoTime} tells it */
    AcceptedNames(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Why a job of this name is refused; empty: it is not. */
    Optional<Refusal> refusal(String name, Supplier<HandlerView> handlers) {
        long now = nanoTime.getAsLong();
        Long before = acceptedAt.get(name);
        if (before != null && now - before < FRESH) {
            return Optional.empty();
        }
        Optional<Refusal> refusal = handlers.get().refusal(name);
        if (refusal.isEmpty()) {
            if (acceptedAt.size() >= MOST) {
                acceptedAt.clear();
            }
            acceptedAt.put(name, now);
        }
        return refusal;
    }
}
