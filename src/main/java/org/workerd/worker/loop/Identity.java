package org.workerd.worker.loop;

import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Premises;

/** Who a daemon is to the others that serve its queue, once its row and its ledger are made. */
public record Identity(long daemon, long pid, Ledger ledger, Premises premises) {}
