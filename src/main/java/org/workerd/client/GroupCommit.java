package org.workerd.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/**
 * Stores what several threads bring at the same time in one transaction: the commit costs, not the row. Who comes first
 * commits for all who wait by then; a thread that is alone does what it would have done anyway. Thread-safe.
 */
final class GroupCommit {
    private static final int MOST_AT_ONCE = 1000;
    /** In nanoseconds: less than a commit takes. */
    private static final long MOMENT = 50_000;

    private final JobStore store;
    private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();
    /** Held by the thread that commits. Who waits does not wait for it, but for an answer: else all would queue up for it. */
    private final ReentrantLock committing = new ReentrantLock();
    /** How many others were in the latest group; for the thread that commits. */
    private int latest;

    GroupCommit(JobStore store) {
        this.store = store;
    }

    /** All of them, or none when this throws, whatever the others bring. */
    List<Enqueued> enqueue(List<NewJob> jobs) {
        Request request = new Request(jobs, Thread.currentThread());
        waiting.add(request);
        boolean interrupted = false;
        while (request.open) {
            if (committing.tryLock()) {
                commitWaiting();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return request.answer();
    }

    /** Something else, in a transaction of its own. */
    <T> T transaction(Function<Moves, T> work) {
        committing.lock();
        try {
            return store.transaction(work);
        } finally {
            handOn();
        }
    }

    void close() {
        committing.lock();
        try {
            store.close();
        } finally {
            committing.unlock();
        }
    }

    private void commitWaiting() {
        try {
            commit(take());
        } finally {
            handOn();
        }
    }

    private void handOn() {
        committing.unlock();
        // Who came too late for this one commits the next.
        Request next = waiting.peek();
        if (next != null) {
            LockSupport.unpark(next.caller);
        }
    }

    private List<Request> take() {
        // Those who just had their answer come again at once: a moment for them, if there were any.
        if (latest > waiting.size()) {
            LockSupport.parkNanos(this, MOMENT);
        }
        List<Request> taken = new ArrayList<>();
        for (Request next = waiting.poll(); next != null; next = taken.size() < MOST_AT_ONCE ? waiting.poll() : null) {
            taken.add(next);
        }
        latest = taken.size() - 1;
        return taken;
    }

    private void commit(List<Request> group) {
        if (group.isEmpty()) {
            return;
        }
        try {
            List<List<Enqueued>> answers = store.transaction(
                    moves -> group.stream().map(request -> request.store(moves)).toList());
            for (int i = 0; i < group.size(); i++) {
                group.get(i).stored = answers.get(i);
            }
        } catch (StoreException failure) {
            if (failure.kind() == Kind.INVALID && group.size() > 1) {
                // One of them asked for what cannot be: the others shall not suffer for it.
                group.forEach(request -> commit(List.of(request)));
            } else {
                group.forEach(request -> request.failure = failure);
            }
        } finally {
            // Whatever else went wrong is the committing thread's to throw; the others must not wait for ever.
            group.forEach(Request::close);
        }
    }

    /** One call of one thread; what became of it is written before, and read after, it is closed. */
    private static final class Request {
        private final List<NewJob> jobs;
        private final Thread caller;
        private @Nullable List<Enqueued> stored;
        private @Nullable StoreException failure;
        private volatile boolean open = true;

        Request(List<NewJob> jobs, Thread caller) {
            this.jobs = jobs;
            this.caller = caller;
        }

        void close() {
            open = false;
            LockSupport.unpark(caller);
        }

        List<Enqueued> store(Moves moves) {
            return moves.enqueue(jobs).stream()
                    .map(job -> new Enqueued(job.id(), job.stored()))
                    .toList();
        }

        List<Enqueued> answer() {
            if (failure != null) {
                throw failure;
            }
            if (stored == null) {
                throw new StoreException(
                        Kind.OTHER, "cannot enqueue: the thread that stores jobs for all callers failed");
            }
            return stored;
        }
    }
}
