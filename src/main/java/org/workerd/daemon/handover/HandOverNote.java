package org.workerd.daemon.handover;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.workerd.store.DaemonStore;
import org.workerd.worker.attempt.Carried;

/**
 * What a daemon leaves to the version of itself that it executes in its place. Immutable.
 *
 * @param daemon its id, which stays
 * @param pidfile the descriptor of the pidfile, which stays locked
 * @param ledger the same of the daemon's lock file
 * @param image how many versions have run in this process, the next one counted
 * @param requests how many requests to restart will have been answered, when the next one is ready
 * @param died how many jobs have, since the daemon began
 * @param token the last that was given to a claim; the next ones are larger
 * @param since when jobs were last claimed, in nanoseconds of the monotonic clock
 * @param guard who keeps its place at the queue's server meanwhile; empty: there is no server
 */
public record HandOverNote(
        long daemon,
        int pidfile,
        int ledger,
        int image,
        int requests,
        long died,
        long token,
        long since,
        Optional<DaemonStore.Guard> guard,
        List<Carried> programs) {
    public HandOverNote {
        programs = List.copyOf(programs);
    }

    /** The descriptors that stay open. */
    public List<Integer> descriptors() {
        return Stream.concat(Stream.of(pidfile, ledger), guard.stream().map(DaemonStore.Guard::pipe))
                .toList();
    }
}
