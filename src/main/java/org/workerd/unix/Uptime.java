package org.workerd.unix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** How long this machine has been up, its sleep included: what nobody can set. Stateless. */
public final class Uptime {
    /** So many are a second. */
    public static final int TICKS = 100;

    private static final String UPTIME = "/proc/uptime";

    private Uptime() {}

    /**
     * To the hundredth of a second.
     *
     * @throws UncheckedIOException when nobody can tell, for want of a descriptor
     */
    public static Duration now() {
        return Duration.ofSeconds(1).dividedBy(TICKS).multipliedBy(ticks());
    }

    /** In hundredths of a second, as start times of processes are: what starts from now on has no smaller one. */
    public static long ticks() {
        String seconds = ProcFile.read(UPTIME)
                .orElseThrow(() -> new UncheckedIOException(new IOException("cannot read " + UPTIME)))
                .split(" ", 2)[0];
        return Long.parseLong(seconds.replace(".", ""));
    }
}
