package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Enqueued;
import org.workerd.store.postgres.PostgresBareLoops;

/** Jobs that wait in a queue on a server until they are let go all at once. Not thread-safe. */
final class ServerBacklog implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Seldom: who looks takes the time of those he looks at. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private static final int LAST = 100;

    private final InstantSource clock;
    private final JobStore store;
    private final JobQueries queries;
    private final PostgresBareLoops reader;

    ServerBacklog(ServerSite site, InstantSource clock) {
        this.clock = clock;
        this.store = site.store();
        this.queries = site.queries();
        this.reader = site.bare();
    }

    /** How many a second were run of so many jobs, from the first one's start to the last one's end. */
    double rate(int count, NewJob job) throws IOException {
        boolean paused = store.transaction(moves -> moves.pause(null, clock.instant()));
        List<Enqueued> stored = store.transaction(moves -> moves.enqueue(Collections.nCopies(count, job)));
        boolean resumed = paused && store.transaction(moves -> moves.resume(null));
        if (!resumed) {
            throw new IOException("the queue of the bench was paused by somebody else");
        }
        long first = stored.get(0).id();
        long last = stored.get(count - 1).id();
        awaitEnd(first, last);
        return count * 1000.0 / Math.max(1, reader.millisTaken(first, last));
    }

    private void awaitEnd(long first, long last) throws IOException {
        // The last ones first: to count them all takes time that the daemon needs.
        Stopwatch.await("the last jobs end", PATIENCE, LOOK, () -> haveEnded(Math.max(first, last - LAST), last));
        Stopwatch.await("the jobs end", PATIENCE, LOOK, () -> haveEnded(first, last));
        long dead = count(JobState.DEAD, JobState.RETRYING);
        if (dead > 0) {
            throw new IOException(dead + " jobs of the bench failed");
        }
    }

    private boolean haveEnded(long first, long last) {
        return reader.ended(first, last) > last - first;
    }

    private long count(JobState... states) {
        Map<JobState, Long> counts = queries.counts().getOrDefault(NewJob.DEFAULT_QUEUE, Map.of());
        return Stream.of(states)
                .mapToLong(state -> counts.getOrDefault(state, 0L))
                .sum();
    }

    @Override
    public void close() {
        reader.close();
        queries.close();
        store.close();
    }
}
