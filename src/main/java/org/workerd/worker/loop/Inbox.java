package org.workerd.worker.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.worker.attempt.Wakeup;

/**
 * Changes that other threads ask for. Those that wait are made together in one transaction of the loop's, just before its
 * own: what one of them breaks must not undo verdicts. Thread-safe.
 */
public final class Inbox {
    private static final int MOST = 256;
    private static final String STOPPED = "the daemon was told to stop, and changes nothing more";

    private final Wakeup wakeup;
    private List<Asked<?>> waiting = new ArrayList<>();
    /** Why nothing is changed any more, or for now; empty: changes are made. */
    private String refusal = "";

    Inbox(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    /** A change is not made: there are too many, or the daemon stops. Nothing was changed. */
    public static final class RefusedException extends RuntimeException {
        private RefusedException(String reason) {
            super(reason);
        }
    }

    /** A change that somebody waits for. */
    public static final class Asked<T> {
        private final Function<Moves, T> change;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private volatile T result;

        @SuppressWarnings("NullAway.Init") // the result is there once it was carried out
        private Asked(Function<Moves, T> change) {
            this.change = change;
        }

        /** Completed once the change is committed, by the loop's thread, or with what kept it from being made. */
        public CompletableFuture<T> answer() {
            return answer;
        }

        private void carryOut(Moves moves) {
            result = change.apply(moves);
        }

        private void complete() {
            answer.complete(result);
        }
    }

    /**
     * Has a change made; it may be tried twice, and must do nothing but moves.
     *
     * @throws RefusedException when it will not be
     */
    public synchronized <T> Asked<T> ask(Function<Moves, T> change) {
        if (!refusal.isEmpty()) {
            throw new RefusedException(refusal);
        }
        if (waiting.size() >= MOST) {
            throw new RefusedException("too many changes wait already");
        }
        Asked<T> asked = new Asked<>(change);
        waiting.add(asked);
        wakeup.wake();
        return asked;
    }

    /** False: it is being made, or was. */
    public synchronized boolean withdraw(Asked<?> asked) {
        return waiting.remove(asked);
    }

    /** Makes what waits; whoever asked hears of what goes wrong. */
    void carryOut(JobStore store) {
        List<Asked<?>> taken = take();
        if (taken.isEmpty()) {
            return;
        }
        try {
            store.transaction(moves -> {
                taken.forEach(asked -> asked.carryOut(moves));
                return true;
            });
            taken.forEach(Asked::complete);
        } catch (RuntimeException failure) {
            if (taken.size() == 1 || (failure instanceof StoreException known && known.isPassing())) {
                taken.forEach(asked -> asked.answer().completeExceptionally(failure));
            } else {
                taken.forEach(asked -> alone(asked, store));
            }
        }
    }

    /** All that is asked from now on is refused; what waits is made. */
    synchronized void pause() {
        refusal = "the daemon restarts, and will make changes again in a moment";
    }

    synchronized void unpause() {
        refusal = "";
    }

    /** From now on all is refused, and what waits, too. */
    void close() {
        List<Asked<?>> left;
        synchronized (this) {
            refusal = STOPPED;
            left = take();
        }
        RefusedException why = new RefusedException(STOPPED);
        left.forEach(asked -> asked.answer().completeExceptionally(why));
    }

    private static void alone(Asked<?> asked, JobStore store) {
        try {
            store.transaction(moves -> {
                asked.carryOut(moves);
                return true;
            });
            asked.complete();
        } catch (RuntimeException failure) {
            asked.answer().completeExceptionally(failure);
        }
    }

    private synchronized List<Asked<?>> take() {
        List<Asked<?>> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }
}
