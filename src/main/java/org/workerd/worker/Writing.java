package org.workerd.worker;

import java.time.Duration;
import java.util.function.Function;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** One transaction after the other, each inside the turnstile. For the loop's thread. */
final class Writing {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final JobStore store;
    private final Turnstile turnstile;

    Writing(JobStore store, Turnstile turnstile) {
        this.store = store;
        this.turnstile = turnstile;
    }

    <T> T write(Function<Moves, T> work) {
        if (!turnstile.enter(PATIENCE)) {
            throw new StoreException(StoreException.Kind.LOCKED, "another process holds the lock files of the queue");
        }
        try {
            return store.transaction(work);
        } finally {
            turnstile.leave();
        }
    }
}
