package org.workerd.worker.loop;

/**
 * Whether the worker claims jobs, and if not, what becomes of those that run. Whoever wants it to stop, a signal, a drain
 * whose time is up, a start that was aborted, a restart in place, says so to {@link Worker#stop}; the worker keeps the one
 * that holds, and everybody else asks it.
 */
public enum Stop {
    /** It claims. */
    NONE,
    /** Nothing begins; what runs is handed over to another version, or goes on here if that does not come about. */
    HAND_OVER,
    /** Nothing begins; what runs may end. */
    DRAIN,
    /** What runs is ended and given back. */
    NOW;

    /** Told again to end at once, it ends again what runs; that it is to end nobody takes back. */
    public boolean mayBecome(Stop next) {
        return switch (this) {
            case NONE -> next != NONE;
            case HAND_OVER -> next != HAND_OVER;
            case DRAIN, NOW -> next == NOW;
        };
    }

    /** The worker ends, sooner or later. */
    public boolean isFinal() {
        return switch (this) {
            case NONE, HAND_OVER -> false;
            case DRAIN, NOW -> true;
        };
    }
}
