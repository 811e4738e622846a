package org.workerd.worker.attempt;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.store.Moves;

/** Runs attempts in their slots, a thread each, and keeps their ends until the loop takes them. Thread-safe. */
public final class Slots {
    /** In bytes: what the JVM gives by default, and handlers in Java may count on; the daemon's own threads need less. */
    private static final long STACK = 1 << 20;

    private final Wakeup wakeup;
    private final EndLog ends;
    private final ExecutorService threads = Executors.newCachedThreadPool(Slots::thread);
    private final HeapBudget heap = new HeapBudget(Runtime.getRuntime().maxMemory());
    private final Prefetch waiting = new Prefetch();
    private final Places places;
    private final List<End> ended = new ArrayList<>();
    /** In the slot that is theirs alone, beyond the plan's. */
    private boolean alarmRuns;

    private int runners;

    public Slots(Premises premises, Ledger ledger, Wakeup wakeup, InstantSource clock) {
        this.wakeup = wakeup;
        this.places = new Places(premises, ledger, wakeup);
        this.ends = new EndLog(premises.scratch(), clock);
    }

    /**
     * How many more claims are of use: for the free slots, and for what will end within a moment. What comes ahead of its
     * slot may take less of the heap than what is to begin at once.
     */
    public synchronized Moves.Most room(int concurrency) {
        long ahead = heap.roomAhead();
        return ahead > 0
                ? new Moves.Most(free(concurrency) + waiting.worthwhile(concurrency), ahead)
                : new Moves.Most(free(concurrency), heap.room());
    }

    /** How many claims could begin at once. */
    public synchronized int free(int concurrency) {
        return concurrency - ordinary() - waiting.size();
    }

    private int ordinary() {
        return places.busy() - (alarmRuns ? 1 : 0);
    }

    public synchronized boolean isAlarmSlotFree() {
        return !alarmRuns;
    }

    public synchronized void run(List<Claim> claims, Plan plan) {
        heap.claimed(claims.stream().mapToLong(Claim::size).sum());
        if (!claims.isEmpty()) {
            ends.prepare();
        }
        for (Claim claim : claims) {
            if (isAlarm(claim)) {
                runAlarm(claim, plan);
            } else {
                waiting.add(claim, plan);
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
            Prefetch.Waiting last = waiting.takeLast();
            Execution execution = places.take(places.free(), last.claim(), last.plan());
            end(execution, new Outcome.NotStarted("the machine has no free threads"), Optional.empty());
        }
    }

    private static boolean isAlarm(Claim claim) {
        return claim.queue().equals(Alarms.QUEUE);
    }

    private void runAlarm(Claim claim, Plan plan) {
        Execution execution = places.take(places.free(), claim, plan);
        alarmRuns = true;
        places.soil(execution);
        try {
            threads.execute(() -> run(execution, () -> false));
        } catch (OutOfMemoryError noThread) {
            tidy(execution);
            end(execution, new Outcome.NotStarted("the machine has no free threads"), Optional.empty());
        }
    }

    /** Goes on with programs that run already, started by what ran in this process before us. */
    public synchronized void resume(Map<Carried, Claim> programs, Plan plan) {
        places.resume(programs.keySet());
        ends.prepare();
        heap.claimed(programs.values().stream().mapToLong(Claim::size).sum());
        programs.forEach((program, claim) -> {
            Execution execution = places.take(program.slot(), claim, plan, program);
            places.soil(execution);
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
        Prefetch.Waiting first = waiting.peek();
        if (first == null || runners > first.plan().concurrency()) {
            runners--;
            // Another took what seemed to come after it.
            last.map(Execution::slotNumber)
                    .filter(own -> places.isFree(own) && places.isUntidy(own))
                    .ifPresent(own -> tidyLate(last.get()));
            return Optional.empty();
        }
        waiting.takeFirst();
        // Its own again, where the ledger's line and the directory of the one before wait to be taken over.
        int number = last.map(Execution::slotNumber).filter(places::isFree).orElseGet(places::free);
        Execution execution = places.take(number, first.claim(), first.plan());
        places.soil(execution);
        return Optional.of(execution);
    }

    private void tidy(Execution execution) {
        execution.tidy();
        synchronized (this) {
            places.tidied(execution);
        }
    }

    /** Whoever waits for the end of all waits for this too. */
    private synchronized void tidyLate(Execution execution) {
        tidy(execution);
        wakeup.wake();
    }

    private synchronized void end(Execution execution, Outcome outcome, Optional<EndFile> noted) {
        places.leave(execution);
        Duration ran = execution.elapsed();
        End end = new End(execution, outcome, noted, ran);
        ended.add(end);
        heap.ended(execution.claim().size(), outcome.size());
        if (isAlarm(execution.claim())) {
            alarmRuns = false;
        } else {
            waiting.ended(ran);
        }
        if (waiting.isLow()) {
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
        return withdrawn(waiting.withdraw(waited));
    }

    /** Takes the claims back that were taken ahead; those whose slot is free begin, as everybody sees that they run. */
    public synchronized List<Claim> withdrawAhead() {
        return withdrawn(waiting.withdrawBehind(beginning()));
    }

    private List<Claim> withdrawn(List<Claim> claims) {
        heap.withdrawn(claims.stream().mapToLong(Claim::size).sum());
        return claims;
    }

    /**
     * Wakes the loop next when half of what waits has begun: the slots have enough to do, and what ends until then may go
     * into one transaction. False: nothing waits, and every end wakes it.
     */
    public synchronized boolean deferWakeups() {
        waiting.deferWakeups();
        if (!waiting.isDeferring(ended.size())) {
            wakeup.wake();
        }
        return !waiting.isEmpty();
    }

    public synchronized boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** How many attempts run, or begin within a moment. */
    public synchronized int busy() {
        return places.busy() + beginning();
    }

    /** How many of the claims that wait have a thread on its way to them. */
    private int beginning() {
        Prefetch.Waiting first = waiting.peek();
        if (first == null) {
            return 0;
        }
        int idle = Math.min(runners, first.plan().concurrency()) - ordinary();
        return Math.max(0, Math.min(idle, waiting.size()));
    }

    /** Nothing runs, nothing waits, nothing that ended was not taken, and no slot's thread has anything more to write. */
    public synchronized boolean isEmpty() {
        return places.isEmpty() && waiting.isEmpty() && ended.isEmpty();
    }

    /** Only these run, nothing waits or has ended untold, and no other slot's thread has anything more to write. */
    public synchronized boolean isOnly(Collection<Execution> running) {
        return waiting.isEmpty() && ended.isEmpty() && places.isOnly(running);
    }

    /** Nothing that runs can be made to end. */
    public synchronized boolean isOnlyStuck() {
        return waiting.isEmpty() && places.executions().stream().allMatch(Execution::isStuck);
    }

    public synchronized boolean hasEnded() {
        return !ended.isEmpty();
    }

    public synchronized Collection<Execution> executions() {
        return places.executions();
    }

    /** The tokens of the claims that are here in any form. */
    public synchronized Set<Long> tokens() {
        Set<Long> tokens = new HashSet<>();
        waiting.claims().forEach(claim -> tokens.add(claim.token()));
        places.executions().forEach(execution -> tokens.add(execution.claim().token()));
        ended.forEach(end -> tokens.add(end.execution().claim().token()));
        return tokens;
    }

    /** Ends everything that runs, each with its grace. */
    public void interruptAll() {
        executions().forEach(Execution::interrupt);
    }

    /** Ends the attempt that this claim runs in. The claim itself, taken back, when it has not begun. */
    public synchronized Optional<Claim> cancel(long token, String reason) {
        places.executions().stream()
                .filter(execution -> execution.claim().token() == token)
                .forEach(execution -> execution.cancel(reason));
        Optional<Claim> notBegun = waiting.withdraw(token);
        notBegun.map(Claim::size).ifPresent(heap::withdrawn);
        return notBegun;
    }

    /** Takes the ends of what attempts left behind, now and then. */
    public void sweep() {
        places.sweep();
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
