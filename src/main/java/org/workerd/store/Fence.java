package org.workerd.store;

/**
 * What becomes of the attempts that run when a daemon cannot show any more that it lives. Called from a thread of the
 * store's; {@link #cutOff} again and again as long as that lasts.
 */
public interface Fence {
    /** Others may soon be given the same jobs: what runs must stand still, or end. */
    void cutOff();

    /** It was in time: all that stood still is ours and goes on. */
    void back();

    /** Another daemon has taken over. When this returns nothing of the attempts lives. */
    void lost();
}
