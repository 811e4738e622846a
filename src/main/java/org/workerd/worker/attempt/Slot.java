package org.workerd.worker.attempt;

import java.io.File;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Claim;
import org.workerd.unix.UnixException;

/**
 * One of the places in which a daemon runs an attempt.
 *
 * @param environment what every handler gets, before what says which job it is
 */
record Slot(
        int number,
        Scratch scratch,
        Premises premises,
        Map<String, String> environment,
        Ledger ledger,
        Leftovers leftovers,
        AlarmClock alarm) {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    /** Nothing comes after what ran here, and would take its place: nothing stays behind. */
    void tidy() {
        note(() -> ledger.idle(number));
        scratch.tidy();
        File payload = premises.input(number).toFile();
        if (!payload.delete() && payload.exists()) {
            LOG.warn("cannot remove {}", payload);
        }
    }

    /** A program is about to be started. Since when, in clock ticks since boot: nothing of it is older. */
    long starting(Claim claim) {
        long since = leftovers.starting(number);
        ledger.starting(number, claim);
        return since;
    }

    /** Before anybody waits for it: a child that nobody waited for is there, dead or alive. */
    void began(Claim claim, int pid, long since) {
        leftovers.began(pid);
        note(() -> ledger.started(number, claim, pid, since));
        JobLog.running(claim, "pid " + pid);
    }

    /** In this process: nothing of it can outlive the daemon, but a crash shall not pass over it. */
    void beganHere(Claim claim) {
        ledger.startedHere(number, claim);
        JobLog.running(claim, "in Java");
    }

    void abandoned(Claim claim, StopRequest.Cause cause) {
        note(() -> ledger.abandoned(number, claim, cause));
    }

    /** Nothing of the program is alive, and it is waited for right after this. */
    void ended(int pid) {
        leftovers.ended(number, pid);
    }

    /** Nothing of the program is alive, or none was started. */
    void over() {
        leftovers.over(number);
    }

    /** The program runs by now, or has: a full disk does not undo that, and its mark finds it too. */
    private void note(Runnable line) {
        try {
            line.run();
        } catch (UnixException failure) {
            LOG.warn("cannot note in the ledger what runs: {}", failure.getMessage());
        }
    }
}
