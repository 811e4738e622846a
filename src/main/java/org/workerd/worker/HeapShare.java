package org.workerd.worker;

import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.workerd.job.Claim;

/**
 * How much of the heap jobs take with what they were given and what they gave back, until that is written: however
 * much is in the queue and however long it stays locked, the daemon has its bounds. Thread-safe.
 */
final class HeapShare {
    /** In bytes, as a Latin text takes them. */
    private final long most;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private long given;
    private long unwritten;

    HeapShare(long most) {
        this.most = most;
    }

    /** Of this JVM's heap: its own work and the handlers' need the most of it. */
    static HeapShare ofThisHeap() {
        return new HeapShare(Runtime.getRuntime().maxMemory() / 8);
    }

    /** How much more may be claimed; not positive: nothing, until something that is here has ended. */
    long room() {
        lock.lock();
        try {
            return most - given - unwritten;
        } finally {
            lock.unlock();
        }
    }

    void claimed(Collection<Claim> claims) {
        change(claims.stream().mapToLong(Claim::size).sum(), 0);
    }

    void withdrawn(Claim claim) {
        change(-claim.size(), 0);
    }

    void ended(Slots.Ended ended) {
        long claim = ended.execution().claim().size();
        change(-claim, claim + ended.outcome().size());
    }

    void written(Collection<Slots.Ended> ended) {
        long size = 0;
        for (Slots.Ended one : ended) {
            size += one.execution().claim().size() + one.outcome().size();
        }
        change(0, -size);
    }

    private void change(long givenMore, long unwrittenMore) {
        lock.lock();
        try {
            given += givenMore;
            unwritten += unwrittenMore;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns once what has ended leaves room for what another attempt may give back. */
    void awaitRoom() {
        lock.lock();
        try {
            while (unwritten >= most) {
                room.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
