package org.workerd.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

/** Every move that a job can make, inside one transaction; each is guarded by what must still hold for it. */
public interface Moves {
    /**
     * Stores a job.
     *
     * @throws StoreException of kind INVALID when a rule of the schema is broken, say by the id of a job to wait for
     *     that does not exist
     */
    Enqueued enqueue(NewJob job);

    /** The id of the job; not stored when its key was taken by the job of that id. */
    record Enqueued(long id, boolean stored) {}

    /** A queue and a name: what limits, pauses and missing handlers are about. */
    record Lane(long id, String queue, String name, int running) {}

    /** A daemon that serves this queue, dead or alive: whoever holds the lock of its file knows. */
    record DaemonRow(long id, long pid, String host, int slots, Instant startedAt) {}

    /** The id under which this daemon's claims will be known. */
    long register(long pid, String host, int slots, Instant now);

    List<DaemonRow> daemons();

    /** The lanes in which jobs are ready, but for those of paused queues. */
    List<Lane> lanesWithReady();

    /** Makes ready what is due, and what no longer waits for another job; at most so many of each. */
    int promote(Instant now, int most);

    /** When the next job that waits for its time is due. */
    Optional<Instant> nextDue();

    /** Claims jobs of these lanes, by priority and age over all of them. They count once this transaction is through. */
    List<Claim> claim(long daemon, Collection<Lane> lanes, int most, Instant now);

    /** What this daemon has claimed and not finished. */
    List<Claim> claimedBy(long daemon);

    /** How many attempts of the job ended because the daemon died. */
    int crashes(long job);

    /** Carries a verdict out. False: the claim was lost; the job is someone else's now, and nothing was changed. */
    boolean finish(Claim claim, Verdict verdict, long daemonPid, Instant now);

    /** Forgets a daemon that has no claims left. False: it still has some, or is forgotten already. */
    boolean unregister(long daemon);
}
