package org.workerd.worker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;

/**
 * The places in which attempts run, a thread each; what ended comes back when the loop asks for it. All methods are for
 * the loop's thread.
 */
final class Slots {
    private final Premises premises;
    private final Ledger ledger;
    private final Doorbell doorbell;
    private final Leftovers leftovers = new Leftovers();
    private final ExecutorService threads = Executors.newCachedThreadPool(Slots::thread);
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Execution> busy = new TreeMap<>();
    private final BitSet taken = new BitSet();

    Slots(Premises premises, Ledger ledger, Doorbell doorbell) {
        this.premises = premises;
        this.ledger = ledger;
        this.doorbell = doorbell;
    }

    record Ended(Execution execution, Outcome outcome) {}

    int busy() {
        return busy.size();
    }

    Collection<Execution> executions() {
        return busy.values();
    }

    void run(Claim claim, JobPolicy policy, Worker.Plan plan) {
        int number = taken.nextClearBit(0);
        taken.set(number);
        Slot slot = new Slot(number, premises, plan.environment(), ledger, leftovers);
        Execution execution = new Execution(claim, policy, plan.handlers(), slot);
        busy.put(number, execution);
        try {
            threads.execute(() -> end(execution, execution.run()));
        } catch (OutOfMemoryError noThread) {
            end(execution, new Outcome.NotStarted("no thread for it: " + noThread.getMessage()));
        }
    }

    private void end(Execution execution, Outcome outcome) {
        ended.add(new Ended(execution, outcome));
        doorbell.ring();
    }

    /** What ended since the last time; its slots are free again. */
    List<Ended> takeEnded() {
        List<Ended> taking = new ArrayList<>();
        for (Ended next = ended.poll(); next != null; next = ended.poll()) {
            int number = next.execution().slotNumber();
            busy.remove(number);
            taken.clear(number);
            taking.add(next);
        }
        return taking;
    }

    /** Ends everything that runs, each with its grace. */
    void interruptAll() {
        busy.values().forEach(Execution::interrupt);
    }

    /** Takes the ends of what attempts left behind, now and then. */
    void sweep() {
        leftovers.endStrays();
    }

    void close() {
        threads.shutdown();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "slot");
        thread.setDaemon(true);
        return thread;
    }
}
