package org.workerd.worker.attempt;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;

/**
 * The slots by their numbers: which attempt runs in each, and whether what one left there is still to be removed. Not
 * thread-safe; the slots have the lock.
 */
final class Places {
    private final Premises premises;
    private final Ledger ledger;
    private final Wakeup wakeup;
    private final Leftovers leftovers = new Leftovers();
    private final AlarmClock alarm = new AlarmClock();
    private final Map<Integer, Execution> busy = new TreeMap<>();
    private final BitSet taken = new BitSet();
    /** Where an attempt ran, and what it left in the slot's line and directory is still there. */
    private final BitSet untidy = new BitSet();

    private final Map<Integer, Scratch> scratches = new HashMap<>();

    Places(Premises premises, Ledger ledger, Wakeup wakeup) {
        this.premises = premises;
        this.ledger = ledger;
        this.wakeup = wakeup;
    }

    /** What runs before us is known before anything is done about one: else a sister would be taken for a stray. */
    void resume(Set<Carried> programs) {
        programs.forEach(leftovers::resume);
        leftovers.resumeOthers();
    }

    /** Where nothing runs: the lowest, so that directories are used again. */
    int free() {
        return taken.nextClearBit(0);
    }

    boolean isFree(int number) {
        return !taken.get(number);
    }

    Execution take(int number, Claim claim, Plan plan) {
        return take(number, claim, plan, null);
    }

    /** @param carried a program that runs there already; null: nothing of it does */
    Execution take(int number, Claim claim, Plan plan, @Nullable Carried carried) {
        taken.set(number);
        Scratch scratch = scratches.computeIfAbsent(number, premises::scratch);
        Slot slot = new Slot(number, scratch, premises, plan.environment(), ledger, leftovers, alarm);
        Attempt attempt =
                new Attempt(claim, plan.policies().of(claim.name()), new StopRequest(), new LifeSigns(wakeup));
        Execution execution = new Execution(attempt, plan.handlers(), slot, carried);
        busy.put(number, execution);
        return execution;
    }

    void leave(Execution execution) {
        busy.remove(execution.slotNumber());
        taken.clear(execution.slotNumber());
    }

    /** It is about to run there. */
    void soil(Execution execution) {
        untidy.set(execution.slotNumber());
    }

    void tidied(Execution execution) {
        untidy.clear(execution.slotNumber());
    }

    boolean isUntidy(int number) {
        return untidy.get(number);
    }

    int busy() {
        return busy.size();
    }

    Collection<Execution> executions() {
        return List.copyOf(busy.values());
    }

    /** Nothing runs, and nothing is left of what ran. */
    boolean isEmpty() {
        return busy.isEmpty() && untidy.isEmpty();
    }

    /** Only these run, and elsewhere nothing is left of what ran. */
    boolean isOnly(Collection<Execution> running) {
        return busy.size() == running.size()
                && running.containsAll(busy.values())
                && untidy.stream().allMatch(busy::containsKey);
    }

    /** Takes the ends of what attempts left behind, now and then. */
    void sweep() {
        leftovers.sweep();
    }
}
