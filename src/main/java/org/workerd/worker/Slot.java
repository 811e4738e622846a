package org.workerd.worker;

import java.nio.file.Path;
import java.util.Map;
import org.workerd.job.Claim;
import org.workerd.unix.ProcessInfo;

/**
 * One of the places in which a daemon runs an attempt.
 *
 * @param environment what every handler gets, before what says which job it is
 */
record Slot(int number, Premises premises, Map<String, String> environment, Ledger ledger, Leftovers leftovers) {
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
