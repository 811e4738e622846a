package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.workerd.client.Enqueued;
import org.workerd.client.JobQueue;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.sqlite.PlainWriter;
import org.workerd.store.sqlite.SqliteEngine;

/** Jobs that wait in a site's served queue until they are let go all at once. Not thread-safe. */
final class Backlog implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Seldom: who looks takes the time of those he looks at. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Site site;
    private final JobQueue queue;
    private final PlainWriter reader;
    private final JobQueries queries;

    Backlog(Site site) {
        this.site = site;
        this.queue = JobQueue.open(site.served());
        this.reader = PlainWriter.open(site.served());
        this.queries = new SqliteEngine(site.served(), PATIENCE).openForReading();
    }

    /** The first and the last of them; nobody else enqueues meanwhile. */
    record Ids(long first, long last) {}

    /** Stores so many of these, and lets none of them go. */
    Ids fill(int count, NewJob job) {
        site.pause(true);
        return add(count, job);
    }

    /** Stores more of them, in one transaction: a daemon is slower while it sees others write again and again. */
    Ids add(int count, NewJob job) {
        List<Enqueued> stored = queue.enqueue(Collections.nCopies(count, job));
        return new Ids(stored.get(0).id(), stored.get(count - 1).id());
    }

    /** Lets all go and returns when all have ended. */
    void run() throws IOException {
        site.pause(false);
        awaitEnd();
    }

    /** The daemon compiles what it runs often; what it does before that nobody sees twice. */
    void warmUp(int count, NewJob job) throws IOException {
        fill(count, job);
        run();
    }

    void letGo() {
        site.pause(false);
    }

    void awaitEnd() throws IOException {
        Stopwatch.await("the jobs end", PATIENCE, LOOK, () -> count(JobState.READY, JobState.RUNNING) == 0);
        long dead = count(JobState.DEAD, JobState.RETRYING);
        if (dead > 0) {
            throw new IOException(dead + " jobs of the bench failed");
        }
    }

    /** How many jobs a second these were, from the first one's start to the last one's end. */
    double rate(Ids ids) {
        return (ids.last() - ids.first() + 1) * 1000.0 / Math.max(1, reader.millisTaken(ids.first(), ids.last()));
    }

    long count(JobState... states) {
        Map<JobState, Long> counts = queries.counts().getOrDefault(NewJob.DEFAULT_QUEUE, Map.of());
        return Stream.of(states)
                .mapToLong(state -> counts.getOrDefault(state, 0L))
                .sum();
    }

    @Override
    public void close() {
        queries.close();
        reader.close();
        queue.close();
    }
}
