package org.workerd.worker.attempt;

import org.jspecify.annotations.Nullable;

/**
 * A program that runs while the daemon executes another version of itself, as the old one leaves it to the new one. Times
 * without a unit are of the monotonic clock, in nanoseconds, which goes on until the machine is booted again.
 *
 * @param token its claim's
 * @param oldest in clock ticks since boot; nothing of it is older
 * @param began when it did
 * @param until when its time is up
 * @param told why it was told to end; null: it was not
 * @param reason of a cancellation; else empty
 * @param killAt when it is to be killed, if it was told to end
 */
public record Carried(
        int slot,
        long job,
        long token,
        int pid,
        long oldest,
        long began,
        long until,
        StopRequest.@Nullable Cause told,
        String reason,
        long killAt) {}
