package org.workerd.worker.loop;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.workerd.store.DaemonStore;
import org.workerd.store.Fence;
import org.workerd.store.JobQueries;
import org.workerd.store.Liveness;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** A real queue whose next transactions fail as a test says: before anything happened, or only after the commit. */
public final class FailingStore implements DaemonStore {
    private final DaemonStore real;
    private int before;
    private int after;
    private Runnable waiting = () -> {};

    FailingStore(DaemonStore real) {
        this.real = real;
    }

    /** So many transactions find the disk full. */
    public void failBefore(int transactions) {
        before = transactions;
    }

    /** So many transactions are carried out, and whoever asked for them is told that they were not. */
    public void failAfter(int transactions) {
        after = transactions;
    }

    /** What happens while each transaction waits for those of others. */
    public void waiting(Runnable meanwhile) {
        waiting = meanwhile;
    }

    @Override
    public InstantSource clock() {
        return real.clock();
    }

    @Override
    public <T> T transaction(Function<Moves, T> work) {
        if (before > 0) {
            before--;
            throw full();
        }
        T result = real.transaction(moves -> {
            waiting.run();
            return work.apply(moves);
        });
        if (after > 0) {
            after--;
            throw full();
        }
        return result;
    }

    private static StoreException full() {
        return new StoreException(StoreException.Kind.DISK, "the disk is full, by order of this test");
    }

    @Override
    public Liveness liveness() {
        return real.liveness();
    }

    @Override
    public void hold(Moves.DaemonRow own, Path ledger, Optional<Path> scratch) {
        real.hold(own, ledger, scratch);
    }

    @Override
    public void fence(Duration limit, Fence fence) {
        real.fence(limit, fence);
    }

    @Override
    public Duration idle(Duration longest) {
        return real.idle(longest);
    }

    @Override
    public void watch(Runnable mayHaveChanged) {
        real.watch(mayHaveChanged);
    }

    @Override
    public void check() {
        real.check();
    }

    @Override
    public void limitTransactions(Duration longest) {
        real.limitTransactions(longest);
    }

    @Override
    public JobQueries queries() {
        return real.queries();
    }

    @Override
    public void close() {
        real.close();
    }
}
