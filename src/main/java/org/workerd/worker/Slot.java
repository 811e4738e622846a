package org.workerd.worker;

import java.nio.file.Path;
import org.workerd.job.Claim;
import org.workerd.unix.ProcessInfo;

/** One of the places in which a daemon runs an attempt. */
record Slot(int number, Premises premises, Ledger ledger, Leftovers leftovers) {
    /** Only one attempt runs in a slot, so its directory is its own. */
    Path scratch() {
        return premises.scratch().resolve(Integer.toString(number));
    }

    /** Before anybody waits for it: a child that nobody waited for is there, dead or alive. */
    void began(Claim claim, int pid) {
        long startTime = ProcessInfo.of(pid).map(ProcessInfo::startTime).orElse(0L);
        leftovers.began(pid, startTime);
        ledger.started(number, claim, pid, startTime);
        JobLog.running(claim, "pid " + pid);
    }
}
