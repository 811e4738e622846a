package org.workerd.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes all requests together may keep in memory while their clients are slow. Thread-safe. */
final class Memory {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Memory(long most) {
        this.most = most;
    }

    /** False: there is not so much left. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
