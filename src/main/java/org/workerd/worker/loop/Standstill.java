package org.workerd.worker.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.Execution;
import org.workerd.worker.attempt.Slots;

/**
 * Keeps all that runs as it is, so that another version of the daemon can go on with it: no slot does anything, nothing is
 * on its way to the database. For the loop's thread.
 */
public final class Standstill {
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final Slots slots;
    private final Verdicts verdicts;
    private final StoreRetry retry;
    private final List<Execution> held = new ArrayList<>();

    Standstill(Slots slots, Verdicts verdicts, StoreRetry retry) {
        this.slots = slots;
        this.verdicts = verdicts;
        this.retry = retry;
    }

    /** Some run that nobody can go on with: handlers in Java. */
    public boolean hasJava() {
        return slots.executions().stream().anyMatch(Execution::isInJava);
    }

    /** Those end, and are given back. */
    public void interruptJava() {
        slots.executions().stream().filter(Execution::isInJava).forEach(Execution::interrupt);
    }

    /** Some of those were told to end, have had their grace, and go on. */
    public boolean isStuck() {
        return slots.executions().stream().anyMatch(Execution::isStuck);
    }

    /**
     * What runs, which is kept as it is until {@link #end}. Empty: something is on its way, or the queue cannot be
     * written, and the next version could not either; nothing is kept.
     */
    public Optional<List<Carried>> begin() throws InterruptedException {
        if (retry.isOn()) {
            return Optional.empty();
        }
        List<Carried> programs = new ArrayList<>();
        for (Execution execution : slots.executions()) {
            Optional<Carried> program = execution.hold(PATIENCE);
            if (program.isEmpty()) {
                end();
                return Optional.empty();
            }
            held.add(execution);
            programs.add(program.get());
        }
        if (!slots.isOnly(held) || !verdicts.isEmpty()) {
            end();
            return Optional.empty();
        }
        return Optional.of(programs);
    }

    public void end() {
        held.forEach(Execution::release);
        held.clear();
    }
}
