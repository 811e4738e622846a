package org.workerd.worker.loop;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.unix.Posix;
import org.workerd.worker.attempt.JobLog;
import org.workerd.worker.attempt.Leftovers;
import org.workerd.worker.attempt.Wakeup;

/**
 * The attempts that go on though their daemon is dead: what we can see of them is ended, for the rest a thread waits.
 * Until then their jobs stay as they are. Thread-safe.
 */
final class Survivors {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final DaemonDirectory directory;
    private final Wakeup wakeup;
    private final Map<Long, Awaited> awaited = new HashMap<>();

    Survivors(DaemonDirectory directory, Wakeup wakeup) {
        this.directory = directory;
        this.wakeup = wakeup;
    }

    /** Of one daemon: the tokens of those that live, and how many did at the last look. */
    private static final class Awaited {
        final Set<Long> alive = new HashSet<>();
        final Set<Long> told = new HashSet<>();
        int before;
    }

    /** The daemon's attempts are looked at for the first time, or one of those that lived has ended. */
    synchronized boolean hasNews(long daemon) {
        Awaited known = awaited.get(daemon);
        return known == null || known.alive.size() < known.before;
    }

    synchronized boolean isKnown(long daemon) {
        return awaited.containsKey(daemon);
    }

    /** Also when nobody can tell. */
    boolean isAlive(long daemon, Claim claim) {
        try {
            return survival(daemon).isAlive(claim.jobId(), claim.attempt());
        } catch (RuntimeException cannotTell) {
            return true;
        }
    }

    /** These are all of the daemon's that live; wakes the loop when one has ended. */
    synchronized void await(long daemon, Collection<Claim> living) {
        Awaited known = awaited.computeIfAbsent(daemon, none -> new Awaited());
        known.before = living.size();
        living.stream().filter(claim -> known.alive.add(claim.token())).forEach(claim -> {
            boolean first = known.told.add(claim.token());
            Thread thread = new Thread(() -> awaitEnd(daemon, claim, first), "attempt-" + claim.jobId());
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (OutOfMemoryError noThread) {
                // The next turn looks again.
                known.alive.remove(claim.token());
            }
        });
    }

    /** Nothing of the daemon is left. */
    synchronized void forget(long daemon) {
        awaited.remove(daemon);
    }

    private void awaitEnd(long daemon, Claim claim, boolean first) {
        long job = claim.jobId();
        Survival survival = survival(daemon);
        try {
            Leftovers.endForeign(survival.holders(job, claim.attempt()), PATIENCE);
            if (first && survival.isAlive(job, claim.attempt())) {
                JobLog.warn(
                        claim,
                        "its daemon died, but it still runs and cannot be ended from here: the job waits until it ends");
            }
            survival.awaitEnd(job, claim.attempt());
        } catch (RuntimeException failure) {
            if (first) {
                JobLog.warn(
                        claim,
                        "cannot find out whether it still runs without its daemon, retrying: " + failure.getMessage());
            }
            Posix.await((int) PATIENCE.toMillis());
        } finally {
            ended(daemon, claim.token());
        }
    }

    private synchronized void ended(long daemon, long token) {
        Awaited known = awaited.get(daemon);
        if (known != null) {
            known.alive.remove(token);
        }
        wakeup.wake();
    }

    private Survival survival(long daemon) {
        return Survival.of(directory, daemon);
    }
}
