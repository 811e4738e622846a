package org.workerd.daemon;

import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Span;
import org.workerd.unix.Datagram;
import org.workerd.unix.UnixException;

/**
 * The one who started us and wants to hear how we are: systemd, or start-stop-daemon, by the protocol of sd_notify(3).
 * Without a socket in the environment nothing is said. For the main thread.
 */
final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    /** How often the status may change, and a drain asks for more time. */
    private static final Duration STATUS_PAUSE = Duration.ofSeconds(1);

    private static final Duration DRAIN_BEAT = Duration.ofSeconds(10);
    private static final Duration EXTENSION = Duration.ofSeconds(60);
    private static final Duration NEVER = Duration.ofDays(1);

    private final String socket;
    /** The supervisor takes us for hung when it hears nothing for twice as long. */
    private final Duration watchdogBeat;

    private String status = "";
    private long statusAt = System.nanoTime();
    private long watchdogAt = System.nanoTime();
    private long extensionAt = System.nanoTime();

    /** The one that the environment names, if it names us too. */
    Supervisor(Map<String, String> environment, long pid) {
        socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        String watched = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        watchdogBeat = !socket.isEmpty() && watched.equals(Long.toString(pid)) && micros.matches("[1-9][0-9]{0,15}")
                ? Duration.ofNanos(Long.parseLong(micros) * 500)
                : NEVER;
    }

    void ready() {
        tell("READY=1");
    }

    /** Until {@link #ready} is said again. */
    void reloading() {
        // Java's monotonic clock is Linux's, CLOCK_MONOTONIC.
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    void stopping() {
        tell("STOPPING=1");
    }

    /**
     * Says what is to be said by now: that the loop goes round, what runs, that a drain takes more time.
     *
     * @return how long there is nothing more to say, if nothing changes
     */
    Duration turn(int busy, boolean draining) {
        if (socket.isEmpty()) {
            return NEVER;
        }
        Duration next = NEVER;
        if (!watchdogBeat.equals(NEVER)) {
            if (isDue(watchdogAt)) {
                watchdogAt = System.nanoTime() + watchdogBeat.toNanos();
                tell("WATCHDOG=1");
            }
            next = left(watchdogAt);
        }
        if (draining) {
            if (isDue(extensionAt)) {
                extensionAt = System.nanoTime() + DRAIN_BEAT.toNanos();
                tell("EXTEND_TIMEOUT_USEC=" + EXTENSION.toMillis() * 1000);
            }
            next = Span.shorter(next, left(extensionAt));
        }
        String current = (draining ? "Draining: " : "") + busy + (busy == 1 ? " job runs" : " jobs run");
        if (!current.equals(status)) {
            if (isDue(statusAt)) {
                statusAt = System.nanoTime() + STATUS_PAUSE.toNanos();
                status = current;
                tell("STATUS=" + current);
            } else {
                next = Span.shorter(next, left(statusAt));
            }
        }
        return next;
    }

    private void tell(String message) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            Datagram.send(socket, message);
        } catch (UnixException | IllegalArgumentException failure) {
            // The daemon is well; the supervisor may find otherwise, and the log then says why.
            LOG.warn("cannot notify the service manager of {}: {}", message, failure.getMessage());
        }
    }

    private static boolean isDue(long nanoTime) {
        return left(nanoTime).minusNanos(1).isNegative();
    }

    private static Duration left(long nanoTime) {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }
}
