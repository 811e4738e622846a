package org.workerd.worker.attempt;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much of the heap jobs take with what they were given and what they gave back, until that is written: however
 * much is in the queue and however long it stays locked, the daemon has its bounds. Sizes are in bytes. Thread-safe.
 */
final class HeapBudget {
    private static final int EIGHTHS_FOR_SLOTS = 3;

    private final long eighth;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition written = lock.newCondition();
    private long given;
    private long unwritten;

    /** Of a heap of this size: the daemon's own work and the handlers' need the most of it. */
    HeapBudget(long heap) {
        this.eighth = heap / 8;
    }

    /** How much more may be claimed for slots that are free; not positive: nothing, until something has ended. */
    long room() {
        return roomOf(EIGHTHS_FOR_SLOTS * eighth);
    }

    /** The same for slots that are still busy. */
    long roomAhead() {
        return roomOf(eighth);
    }

    private long roomOf(long most) {
        lock.lock();
        try {
            return most - given - unwritten;
        } finally {
            lock.unlock();
        }
    }

    void claimed(long size) {
        change(size, 0);
    }

    void withdrawn(long size) {
        change(-size, 0);
    }

    /** What it was given and what it gave back stay until they are written. */
    void ended(long itsInput, long itsResult) {
        change(-itsInput, itsInput + itsResult);
    }

    void written(long size) {
        change(0, -size);
    }

    private void change(long givenMore, long unwrittenMore) {
        lock.lock();
        try {
            given += givenMore;
            unwritten += unwrittenMore;
            written.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns once what has ended leaves room for what another attempt may give back. */
    void awaitRoom() {
        lock.lock();
        try {
            while (unwritten >= eighth) {
                written.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
