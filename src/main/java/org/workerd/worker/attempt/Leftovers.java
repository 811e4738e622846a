package org.workerd.worker.attempt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.Posix;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.Processes;
import org.workerd.unix.UnixException;

/**
 * Ends what attempts leave running: whatever is of their process group, and whatever carries their mark, the path of
 * their result file, in its environment, in another session too. Needs the daemon to adopt orphans. Thread-safe.
 */
public final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final String MARK = "WORKERD_RESULT=";
    /** As the init of a container we get everybody's orphans, not only our own. */
    private static final boolean IS_INIT = ProcessHandle.current().pid() == 1;

    private static final int OWN_GROUP = ProcessInfo.self().group();

    private static final int GENERATIONS = 20;
    private static final Duration ENDING = Duration.ofMillis(100);

    private volatile TickClock clock = new TickClock();
    /** The programs that run now, leaders of their groups. */
    private final Set<Integer> leaders = ConcurrentHashMap.newKeySet();
    /** By slot in which a program runs, or is about to: nothing of it is older than this. */
    private final Map<Integer, Long> oldest = new ConcurrentHashMap<>();

    /** Children of ours that are not adopted, and that nobody else waits for. */
    private final Set<Integer> unattended = ConcurrentHashMap.newKeySet();

    /** Since when, in clock ticks since boot: nothing of what is started now is older. */
    long starting(int slot) {
        long now = clock.ticks();
        oldest.put(slot, now);
        return now;
    }

    /** It was started by what ran in this process before us. */
    void resume(Carried program) {
        Processes.inherited(program.pid());
        leaders.add(program.pid());
        oldest.put(program.slot(), program.oldest());
    }

    void began(int leader) {
        leaders.add(leader);
    }

    /** Only once {@link #end} is through, and right before the leader is waited for. */
    void ended(int slot, int leader) {
        leaders.remove(leader);
        oldest.remove(slot);
    }

    void over(int slot) {
        oldest.remove(slot);
    }

    /**
     * Ends what is left of an attempt whose leader has ended and was not waited for yet, which keeps the number of its
     * group from being given to others. Returns when nothing of it is alive. False: there are others that we adopted,
     * and {@link #endStrays} is to look at them.
     *
     * @param until when on the monotonic clock, in nanoseconds, TERM shall have been enough
     */
    boolean end(int leader, Path mark, long until) {
        Predicate<ProcessInfo> ofAttempt =
                process -> process.group() == leader || isMarked(process, mark.toString(), true);
        boolean told = false;
        Set<Integer> beyondUs = new HashSet<>();
        Predicate<ProcessInfo> within = ofAttempt.and(process -> !beyondUs.contains(process.pid()));
        List<ProcessInfo> adopted = adopted();
        if (adopted.isEmpty()) {
            Processes.signalGroup(leader, Processes.KILL);
            return true;
        }
        for (List<ProcessInfo> left = living(within); !left.isEmpty(); left = living(within)) {
            boolean patient = System.nanoTime() - until < 0;
            int signal = patient ? Processes.TERM : Processes.KILL;
            if (!told || !patient) {
                // The group, for children of what is left; each by itself, for it may have another session.
                Processes.signalGroup(leader, signal);
                left.stream()
                        .filter(process -> !signal(process, signal))
                        .forEach(process -> beyondUs.add(process.pid()));
                told = true;
            }
            awaitEnd(
                    left.get(0),
                    patient ? until - System.nanoTime() : Duration.ofMillis(20).toNanos());
        }
        // Who has a living parent outside the group is no orphan, and was not among those.
        Processes.signalGroup(leader, Processes.KILL);
        return adopted().isEmpty();
    }

    /**
     * Takes the ends of adopted processes, and ends those that cannot be of an attempt that still runs, for they are
     * older than every one of those. Whatever mark they carry, they may have made it themselves.
     */
    void endStrays() {
        // What a stray had started itself becomes ours only when the stray is gone.
        for (int generation = 0; generation < GENERATIONS; generation++) {
            List<ProcessInfo> ending = killStrays();
            if (ending.isEmpty()) {
                return;
            }
            ending.forEach(process -> awaitEnd(process, ENDING.toNanos()));
        }
    }

    /**
     * What handlers in Java started, in our own group, before another version of us took this process over: no JDK waits
     * for it any more. To be called before any handler in Java runs, and once all programs that go on are known.
     */
    void resumeOthers() {
        ProcessInfo.adopted().stream()
                .filter(process -> process.group() == OWN_GROUP)
                .forEach(process -> unattended.add(process.pid()));
        sweep();
    }

    /** The same, now and then. */
    void sweep() {
        // The machine may have slept.
        clock = new TickClock();
        unattended.removeIf(pid -> Processes.reapIfEnded(pid).isPresent());
        endStrays();
    }

    private List<ProcessInfo> killStrays() {
        List<ProcessInfo> killed = new ArrayList<>();
        // In this order: what is among those now was noted before it was started.
        List<ProcessInfo> adopted = adopted();
        long first = oldest.values().stream().mapToLong(ticks -> ticks).min().orElse(Long.MAX_VALUE);
        for (ProcessInfo process : adopted) {
            if (process.isZombie()) {
                Processes.reapIfEnded(process.pid());
            } else if (!IS_INIT && process.startTime() < first) {
                LOG.info("ending process {}, which an ended attempt left running", process.pid());
                signal(process, Processes.KILL);
                killed.add(process);
            }
        }
        return killed;
    }

    /** Ends every process for which this holds, and waits for it a while. False: some could not be ended in time. */
    public static boolean endForeign(Predicate<ProcessInfo> dead, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            // Again and again, for one that forks while we look has a child that we did not see.
            List<ProcessInfo> left = ProcessInfo.all().stream()
                    .filter(process -> !process.isZombie() && dead.test(process))
                    .toList();
            if (left.isEmpty()) {
                return true;
            }
            left.forEach(process -> signal(process, Processes.KILL));
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            awaitEnd(left.get(0), Duration.ofMillis(50).toNanos());
        }
    }

    /** Its result file stands at this path, or when not exactly there, below it. */
    public static boolean isMarked(ProcessInfo process, String path, boolean exactly) {
        return process.environment().stream()
                .anyMatch(variable -> exactly ? variable.equals(MARK + path) : variable.startsWith(MARK + path));
    }

    private List<ProcessInfo> living(Predicate<ProcessInfo> ofAttempt) {
        return adopted().stream()
                .filter(ofAttempt)
                .filter(process -> !process.isZombie()
                        || Processes.reapIfEnded(process.pid()).isEmpty())
                .toList();
    }

    /**
     * A leader is no orphan, whatever list it stands in. What handlers in Java start is in our own group, where no
     * program of ours is: the JVM waits for it.
     */
    private List<ProcessInfo> adopted() {
        return ProcessInfo.adopted().stream()
                .filter(process -> !leaders.contains(process.pid()) && process.group() != OWN_GROUP)
                .toList();
    }

    /** Signals this process and no other that may have its number by now. False: we may not. */
    private static boolean signal(ProcessInfo process, int signal) {
        return watching(process, descriptor -> {
            if (isStill(process)) {
                Processes.signal(descriptor, signal);
            }
        });
    }

    private static void awaitEnd(ProcessInfo process, long nanos) {
        int millis = (int) Math.min(Math.max(1, nanos / 1_000_000), 1_000);
        watching(process, descriptor -> {
            if (isStill(process)) {
                Posix.await(millis, descriptor);
            }
        });
    }

    private interface Watched {
        void act(int descriptor);
    }

    private static boolean watching(ProcessInfo process, Watched watched) {
        try {
            int descriptor = Processes.open(process.pid());
            try {
                watched.act(descriptor);
            } finally {
                Posix.close(descriptor);
            }
            return true;
        } catch (UnixException failure) {
            boolean refused = failure.isRefusal() && isStill(process);
            if (refused) {
                LOG.error(
                        "cannot end process {}, which an ended attempt left running: {}",
                        process.pid(),
                        failure.getMessage());
            }
            return !refused;
        }
    }

    private static boolean isStill(ProcessInfo process) {
        return ProcessInfo.of(process.pid())
                .filter(now -> now.startTime() == process.startTime())
                .isPresent();
    }
}
