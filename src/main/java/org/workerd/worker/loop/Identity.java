package org.workerd.worker.loop;

import org.workerd.store.Moves;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Premises;

/** Who a daemon is to the others that serve its queue, once its row and its ledger are made. */
public record Identity(long daemon, Moves.Runner runner, Ledger ledger, Premises premises) {
    public long pid() {
        return runner.pid();
    }
}
