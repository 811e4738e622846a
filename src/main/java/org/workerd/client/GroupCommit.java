package org.workerd.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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

    private final JobStore store;
    private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();

    GroupCommit(JobStore store) {
        this.store = store;
    }

    /** All of them, or none when this throws, whatever the others bring. */
    List<Enqueued> enqueue(List<NewJob> jobs) {
        Request request = new Request(jobs);
        waiting.add(request);
        synchronized (this) {
            while (request.open) {
                commit(take());
            }
        }
        return request.answer();
    }

    private List<Request> take() {
        List<Request> taken = new ArrayList<>();
        for (Request next = waiting.poll(); next != null; next = taken.size() < MOST_AT_ONCE ? waiting.poll() : null) {
            taken.add(next);
        }
        return taken;
    }

    private void commit(List<Request> group) {
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
            group.forEach(request -> request.open = false);
        }
    }

    /** One call of one thread; what became of it is written and read under the lock. */
    private static final class Request {
        private final List<NewJob> jobs;
        private @Nullable List<Enqueued> stored;
        private @Nullable StoreException failure;
        private boolean open = true;

        Request(List<NewJob> jobs) {
            this.jobs = jobs;
        }

        List<Enqueued> store(Moves moves) {
            return jobs.stream()
                    .map(moves::enqueue)
                    .map(job -> new Enqueued(job.id(), job.stored()))
                    .toList();
        }

        List<Enqueued> answer() {
            if (failure != null) {
                throw failure;
            }
            if (stored == null) {
                throw new StoreException(Kind.OTHER, "cannot enqueue: the thread that did it for several failed");
            }
            return stored;
        }
    }
}
