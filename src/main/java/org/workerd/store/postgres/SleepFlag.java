package org.workerd.store.postgres;

import java.time.Duration;

/**
 * Whether this daemon's row says that it sleeps: only then does an insert send a notification, which under load would cost
 * several times the insert. The flag is raised after a moment without work. Transactions that began before may not have
 * seen it, so until they have all ended the loop looks again often; then it may sleep. For the loop's thread.
 */
final class SleepFlag {
    /** Of work before the flag falls, or without work before it is raised; also the time between looks meanwhile. */
    static final Duration MOMENT = Duration.ofMillis(100);

    private enum State {
        AWAKE,
        FALLING_ASLEEP,
        ASLEEP
    }

    private final PostgresDaemonStore store;
    private State state = State.AWAKE;
    /** Of the transaction that raised the flag. */
    private long raised;

    private long lastWork = System.nanoTime();
    private long lastIdle = System.nanoTime();
    /** The loop has not been idle since the last transaction. */
    private boolean wasWorking;

    SleepFlag(PostgresDaemonStore store) {
        this.store = store;
    }

    /** How long the loop may sleep that has nothing to do for this long. */
    Duration idle(Duration longest) {
        long now = System.nanoTime();
        lastIdle = now;
        wasWorking = false;
        if (longest.compareTo(MOMENT) < 0) {
            lastWork = now;
            return longest;
        }
        if (state == State.AWAKE && now - lastWork >= MOMENT.toNanos()) {
            raised = store.sayAsleep(true);
            state = State.FALLING_ASLEEP;
        } else if (state == State.FALLING_ASLEEP && store.haveAllEndedBefore(raised)) {
            state = State.ASLEEP;
        }
        return state == State.ASLEEP ? longest : MOMENT;
    }

    /** A transaction begins. When the loop has not been idle for a moment, it has work, and the flag falls. */
    void work() {
        long now = System.nanoTime();
        if (wasWorking && now - lastIdle >= MOMENT.toNanos()) {
            lastWork = now;
            if (state != State.AWAKE) {
                store.sayAsleep(false);
                state = State.AWAKE;
            }
        }
        wasWorking = true;
    }
}
