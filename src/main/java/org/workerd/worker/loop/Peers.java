package org.workerd.worker.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.store.Liveness;
import org.workerd.store.Liveness.Inheritance;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.unix.ProcessInfo;
import org.workerd.worker.attempt.Cleaner;
import org.workerd.worker.attempt.EndLog;
import org.workerd.worker.attempt.EndNote;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.LedgerContents;
import org.workerd.worker.attempt.Leftovers;
import org.workerd.worker.attempt.Output;
import org.workerd.worker.attempt.OutputFiles;
import org.workerd.worker.attempt.Scratch;
import org.workerd.worker.attempt.Wakeup;

/**
 * The other daemons of this queue: which of them are dead, and what they left on this machine.
 */
final class Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    /** At once: each takes a descriptor, and there may be rows of thousands that never were. */
    private static final int MOST_DEAD = 32;

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration EXEC = Duration.ofMillis(20);

    private final Liveness liveness;
    private final Path ledgers;
    private final Path scratch;
    private final Path outputs;
    private final Wakeup wakeup;
    private final Cleaner cleaner;
    /** By daemon, the locks that we got: whoever has one is the only one to clean up after that daemon. */
    private final Map<Long, Inheritance> inherited = new ConcurrentHashMap<>();

    private final Set<Long> watched = ConcurrentHashMap.newKeySet();

    Peers(DaemonDirectory directory, Liveness liveness, Wakeup wakeup, Cleaner cleaner) {
        this.liveness = liveness;
        this.ledgers = directory.ledgers();
        this.scratch = directory.scratch();
        this.outputs = directory.output();
        this.wakeup = wakeup;
        this.cleaner = cleaner;
    }

    /** After how many more we can clean up for now. When there is more, the loop is woken. */
    int room() {
        return Math.max(0, MOST_DEAD - cleaner.pending());
    }

    /** Some of those that are dead, and ours to clean up after. The others are watched from now on. */
    List<DaemonRow> dead(List<DaemonRow> daemons, int most) {
        return daemons.stream()
                .filter(daemon -> isDead(daemon.id()))
                .limit(most)
                .toList();
    }

    /**
     * Ends what the daemon's attempts left running.
     *
     * @return false when some of it is still there, say in an uninterruptible wait: then its jobs must not run yet
     */
    boolean endLeftovers(long daemon) {
        String mark = scratch.resolve(Long.toString(daemon)) + "/";
        // In another PID namespace that we see into there may be another queue at the same path.
        Predicate<ProcessInfo> marked = process ->
                Leftovers.isMarked(process, mark, false) && (process.isInOurPidNamespace() || process.sees(ledgers));
        Optional<LedgerContents> ledger = ledger(daemon).filter(LedgerContents::isOfHere);
        Predicate<ProcessInfo> grouped = ledger.map(Peers::inItsGroups).orElse(process -> false);
        if (ledger.isPresent() && ledger.get().wasStarting()) {
            // Its child has let go of our lock by now, but may not have become the program yet that carries the mark.
            LockSupport.parkNanos(EXEC.toNanos());
        }
        boolean clean = Leftovers.endForeign(grouped.or(marked), PATIENCE);
        if (!clean) {
            LOG.error("daemon {} is dead, but its processes do not end; its jobs wait for that", daemon);
        }
        return clean;
    }

    /** What the daemon wrote down of its attempts. */
    Optional<LedgerContents> ledger(long daemon) {
        return LedgerContents.read(Ledger.path(ledgers, daemon));
    }

    /** What an attempt of it printed on this machine. */
    Optional<Moves.Printed> printed(long daemon, Claim claim, JobPolicy policy) {
        Path output = Output.path(outputs, claim.jobId(), claim.attempt());
        return ledger(daemon)
                .flatMap(here -> OutputFiles.kept(output, policy.outputLimit()))
                .flatMap(text -> Printing.printed(claim, text));
    }

    /** How attempts of it ended, by the tokens of their claims. */
    Map<Long, EndNote> ends(long daemon) {
        return EndLog.read(scratch.resolve(Long.toString(daemon)));
    }

    /** Its jobs are back: what else it left is removed, once others of its kind are. */
    void forget(long daemon) {
        Inheritance ours = inherited.remove(daemon);
        watched.remove(daemon);
        if (ours != null && !cleaner.start(() -> remove(daemon, ours))) {
            // Who looks for remains finds them only where nobody has the lock.
            ours.close();
        }
    }

    private void remove(long daemon, Inheritance ours) {
        Scratch.delete(scratch.resolve(Long.toString(daemon)));
        try {
            Files.deleteIfExists(Ledger.listens(ledgers, daemon));
            ours.settle();
        } catch (IOException failure) {
            LOG.warn("cannot remove the lock file of daemon {}: {}", daemon, failure.getMessage());
        }
        wakeup.wake();
    }

    void close() {
        inherited.values().forEach(Inheritance::close);
    }

    /** A number of a group is taken as long as one of its processes lives; its session tells ours from a later one's. */
    private static Predicate<ProcessInfo> inItsGroups(LedgerContents ledger) {
        Map<Integer, Long> groups = new HashMap<>();
        ledger.entries().stream()
                .filter(entry -> entry.pid() > 0)
                .forEach(entry -> groups.put(entry.pid(), entry.since()));
        return process -> {
            Long since = groups.get(process.group());
            return since != null && process.session() == ledger.session() && process.startTime() >= since;
        };
    }

    private boolean isDead(long daemon) {
        if (inherited.containsKey(daemon) || watched.contains(daemon)) {
            return inherited.containsKey(daemon);
        }
        try {
            Optional<Inheritance> ours = liveness.inherit(daemon);
            ours.ifPresentOrElse(place -> inherited.put(daemon, place), () -> watch(daemon));
            return ours.isPresent();
        } catch (RuntimeException failure) {
            LOG.warn("cannot find out whether daemon {} is alive: {}", daemon, failure.getMessage());
            return false;
        }
    }

    private void watch(long daemon) {
        watched.add(daemon);
        if (!liveness.watch(daemon, () -> ended(daemon))) {
            watched.remove(daemon);
        }
    }

    private void ended(long daemon) {
        watched.remove(daemon);
        wakeup.wake();
    }
}
