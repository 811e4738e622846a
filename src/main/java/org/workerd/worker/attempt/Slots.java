package org.workerd.worker.attempt;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.store.Moves;

/**
 * The places in which attempts run, a thread each, and before them the claims that wait for a place: with short jobs a
 * slot that ends one finds the next at once, while the loop is still writing. Thread-safe.
 */
public final class Slots {
    /** In bytes: what the JVM gives by default, and handlers in Java may count on; the daemon's own threads need less. */
    private static final long STACK = 1 << 20;

    private final Premises premises;
    private final Ledger ledger;
    private final Wakeup wakeup;
    private final EndLog ends;
    private final Leftovers leftovers = new Leftovers();
    private final AlarmClock alarm = new AlarmClock();
    private final ExecutorService threads = Executors.newCachedThreadPool(Slots::thread);
    private final HeapBudget heap = new HeapBudget(Runtime.getRuntime().maxMemory());
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Integer, Execution> busy = new TreeMap<>();
    private final BitSet taken = new BitSet();
    /** Where an attempt ran, and what it left in the slot's line and directory is still there. */
    private final BitSet untidy = new BitSet();

    private final Map<Integer, Scratch> scratches = new HashMap<>();
    private final List<End> ended = new ArrayList<>();
    /** In the slot that is theirs alone, beyond the plan's. */
    private boolean alarmRuns;

    private int runners;
    private int quietAbove;
    private final Pace pace = new Pace();

    public Slots(Premises premises, Ledger ledger, Wakeup wakeup, InstantSource clock) {
        this.premises = premises;
        this.ledger = ledger;
        this.wakeup = wakeup;
        this.ends = new EndLog(premises.scratch(), clock);
    }

    private record Waiting(Claim claim, Plan plan, long since) {}

    /**
     * How many more claims are of use: for the free slots, and for what will end within a moment. What comes ahead of its
     * slot may take less of the heap than what is to begin at once.
     */
    public synchronized Moves.Most room(int concurrency) {
        long ahead = heap.roomAhead();
        return ahead > 0
                ? new Moves.Most(free(concurrency) + pace.ahead(concurrency), ahead)
                : new Moves.Most(free(concurrency), heap.room());
    }

    /** How many claims could begin at once. */
    public synchronized int free(int concurrency) {
        return concurrency - ordinary() - waiting.size();
    }

    private int ordinary() {
        return busy.size() - (alarmRuns ? 1 : 0);
    }

    public synchronized boolean isAlarmSlotFree() {
        return !alarmRuns;
    }

    public synchronized void run(List<Claim> claims, Plan plan) {
        long now = System.nanoTime();
        heap.claimed(claims.stream().mapToLong(Claim::size).sum());
        for (Claim claim : claims) {
            if (isAlarm(claim)) {
                runAlarm(claim, plan);
            } else {
                waiting.add(new Waiting(claim, plan, now));
            }
        }
        for (int missing = missing(plan); missing > 0; missing = missing(plan)) {
            runners++;
            try {
                threads.execute(this::work);
            } catch (OutOfMemoryError noThread) {
                runners--;
                refuse(missing);
            }
        }
    }

    /** How many more threads could run something at once. */
    private int missing(Plan plan) {
        return Math.min(plan.concurrency(), ordinary() + waiting.size()) - runners;
    }

    private void refuse(int count) {
        for (int i = 0; i < count; i++) {
            Waiting last = waiting.removeLast();
            Execution execution = execution(last.claim(), last.plan(), taken.nextClearBit(0));
            end(execution, new Outcome.NotStarted("the machine has no free threads"), Optional.empty());
        }
    }

    private static boolean isAlarm(Claim claim) {
        return claim.queue().equals(Alarms.QUEUE);
    }

    private void runAlarm(Claim claim, Plan plan) {
        Execution execution = execution(claim, plan, taken.nextClearBit(0));
        alarmRuns = true;
        untidy.set(execution.slotNumber());
        try {
            threads.execute(() -> run(execution, () -> false));
        } catch (OutOfMemoryError noThread) {
            tidy(execution);
            end(execution, new Outcome.NotStarted("the machine has no free threads"), Optional.empty());
        }
    }

    /**
     * Goes on with programs that run already, started by what ran in this process before us. All are known before
     * anything is done about one: else what looks for strays would take its sisters for some.
     */
    public synchronized void resume(Map<Carried, Claim> programs, Plan plan) {
        programs.keySet().forEach(leftovers::resume);
        leftovers.resumeOthers();
        heap.claimed(programs.values().stream().mapToLong(Claim::size).sum());
        programs.forEach((program, claim) -> {
            Execution execution = execution(claim, plan, program.slot(), program);
            untidy.set(program.slot());
            if (isAlarm(claim)) {
                alarmRuns = true;
                threads.execute(() -> run(execution, () -> false));
            } else {
                runners++;
                threads.execute(() -> {
                    run(execution, this::hasWaiting);
                    workOn(Optional.of(execution));
                });
            }
        });
    }

    private void work() {
        workOn(Optional.empty());
    }

    private void workOn(Optional<Execution> before) {
        Optional<Execution> last = before;
        heap.awaitRoom();
        for (Optional<Execution> next = next(last); next.isPresent(); next = next(last)) {
            run(next.get(), this::hasWaiting);
            last = next;
            heap.awaitRoom();
        }
    }

    /** @param isFollowed something waits that takes its place, and what it left there */
    private void run(Execution execution, BooleanSupplier isFollowed) {
        Outcome outcome = execution.run();
        Optional<EndFile> noted = Optional.empty();
        try {
            // Before the slot's line in the ledger tells of another attempt.
            noted = ends.note(execution, outcome);
            if (!isFollowed.getAsBoolean()) {
                tidy(execution);
            }
        } finally {
            end(execution, outcome, noted);
        }
    }

    /** Empty: this thread has nothing more to do. */
    private synchronized Optional<Execution> next(Optional<Execution> last) {
        Waiting first = waiting.peek();
        if (first == null || runners > first.plan().concurrency()) {
            runners--;
            // Another took what seemed to come after it.
            last.filter(execution -> !taken.get(execution.slotNumber()) && untidy.get(execution.slotNumber()))
                    .ifPresent(this::tidyLate);
            return Optional.empty();
        }
        waiting.remove();
        // Its own again, where the ledger's line and the directory of the one before wait to be taken over.
        int number =
                last.map(Execution::slotNumber).filter(own -> !taken.get(own)).orElseGet(() -> taken.nextClearBit(0));
        untidy.set(number);
        return Optional.of(execution(first.claim(), first.plan(), number));
    }

    private void tidy(Execution execution) {
        execution.tidy();
        synchronized (this) {
            untidy.clear(execution.slotNumber());
        }
    }

    /** Whoever waits for the end of all waits for this too. */
    private synchronized void tidyLate(Execution execution) {
        tidy(execution);
        wakeup.wake();
    }

    private Execution execution(Claim claim, Plan plan, int number) {
        return execution(claim, plan, number, null);
    }

    private Execution execution(Claim claim, Plan plan, int number, @Nullable Carried carried) {
        taken.set(number);
        Scratch scratch = scratches.computeIfAbsent(number, premises::scratch);
        Slot slot = new Slot(number, scratch, premises, plan.environment(), ledger, leftovers, alarm);
        Attempt attempt =
                new Attempt(claim, plan.policies().of(claim.name()), new StopRequest(), new LifeSigns(wakeup));
        Execution execution = new Execution(attempt, plan.handlers(), slot, carried);
        busy.put(number, execution);
        return execution;
    }

    private synchronized void end(Execution execution, Outcome outcome, Optional<EndFile> noted) {
        busy.remove(execution.slotNumber());
        taken.clear(execution.slotNumber());
        Duration ran = execution.elapsed();
        End end = new End(execution, outcome, noted, ran);
        ended.add(end);
        heap.ended(execution.claim().size(), outcome.size());
        if (isAlarm(execution.claim())) {
            alarmRuns = false;
        } else {
            pace.ended(ran);
        }
        if (waiting.size() <= quietAbove) {
            wakeup.wake();
        }
    }

    /** What ended since the last time. */
    public synchronized List<End> takeEnded() {
        List<End> taking = new ArrayList<>(ended);
        ended.clear();
        return taking;
    }

    /** The database has them: nobody needs them here any more. */
    public void written(Collection<End> written) {
        heap.written(written.stream().mapToLong(End::size).sum());
        ends.forget(written.stream().flatMap(end -> end.noted().stream()).toList());
    }

    /** Takes the claims back that wait for a slot, when the first of them has waited for that long. */
    public synchronized List<Claim> withdraw(Duration waited) {
        Waiting first = waiting.peek();
        if (first == null || System.nanoTime() - first.since() < waited.toNanos()) {
            return List.of();
        }
        List<Claim> withdrawn = waiting.stream().map(Waiting::claim).toList();
        waiting.clear();
        heap.withdrawn(withdrawn.stream().mapToLong(Claim::size).sum());
        // Jobs take longer than we thought.
        pace.forget();
        return withdrawn;
    }

    /**
     * Wakes the loop next when half of what waits has begun: the slots have enough to do, and what ends until then may go
     * into one transaction. False: nothing waits, and every end wakes it.
     */
    public synchronized boolean deferWakeups() {
        quietAbove = waiting.size() / 2;
        if (ended.size() > quietAbove) {
            wakeup.wake();
        }
        return !waiting.isEmpty();
    }

    public synchronized boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    public synchronized int busy() {
        return busy.size();
    }

    /** Nothing runs, nothing waits, nothing that ended was not taken, and no slot's thread has anything more to write. */
    public synchronized boolean isEmpty() {
        return busy.isEmpty() && waiting.isEmpty() && ended.isEmpty() && untidy.isEmpty();
    }

    /** Only these run, nothing waits or has ended untold, and no other slot's thread has anything more to write. */
    public synchronized boolean isOnly(Collection<Execution> running) {
        return waiting.isEmpty()
                && ended.isEmpty()
                && busy.size() == running.size()
                && running.containsAll(busy.values())
                && untidy.stream().allMatch(busy::containsKey);
    }

    /** Nothing that runs can be made to end. */
    public synchronized boolean isOnlyStuck() {
        return waiting.isEmpty() && busy.values().stream().allMatch(Execution::isStuck);
    }

    public synchronized boolean hasEnded() {
        return !ended.isEmpty();
    }

    public synchronized Collection<Execution> executions() {
        return List.copyOf(busy.values());
    }

    /** The tokens of the claims that are here in any form. */
    public synchronized Set<Long> tokens() {
        Set<Long> tokens = new HashSet<>();
        waiting.forEach(claim -> tokens.add(claim.claim().token()));
        busy.values().forEach(execution -> tokens.add(execution.claim().token()));
        ended.forEach(end -> tokens.add(end.execution().claim().token()));
        return tokens;
    }

    /** Ends everything that runs, each with its grace. */
    public void interruptAll() {
        executions().forEach(Execution::interrupt);
    }

    /** Ends the attempt that this claim runs in. The claim itself, taken back, when it has not begun. */
    public synchronized Optional<Claim> cancel(long token, String reason) {
        busy.values().stream()
                .filter(execution -> execution.claim().token() == token)
                .forEach(execution -> execution.cancel(reason));
        Optional<Waiting> first = waiting.stream()
                .filter(candidate -> candidate.claim().token() == token)
                .findFirst();
        first.ifPresent(waiting::remove);
        Optional<Claim> notBegun = first.map(Waiting::claim);
        notBegun.map(Claim::size).ifPresent(heap::withdrawn);
        return notBegun;
    }

    /** Takes the ends of what attempts left behind, now and then. */
    public void sweep() {
        leftovers.sweep();
    }

    public void close() {
        threads.shutdown();
        ends.close();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "slot", STACK);
        thread.setDaemon(true);
        return thread;
    }
}
