package org.workerd.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.workerd.store.JobQueries;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;

/**
 * What became of jobs, read through one connection of its own, opened at the first question: whoever asks does not wait
 * for those who write. Thread-safe.
 */
final class Reader {
    private static final long FIRST_NAP = Duration.ofMillis(1).toNanos();
    /** A look that finds nothing changed takes some microseconds, so that many threads may wait. */
    private static final long LONGEST_NAP = Duration.ofMillis(32).toNanos();

    private final Supplier<? extends JobQueries> connection;
    private final ReentrantLock asking = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable JobQueries queries;

    Reader(Supplier<? extends JobQueries> connection) {
        this.connection = connection;
    }

    Optional<JobStatus> find(long id) {
        return look(id).job();
    }

    /** Until it is final, or is not there, or the time is up. */
    Optional<JobStatus> await(long id, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + nanos(timeout);
        Look look = look(id);
        long nap = FIRST_NAP;
        while (!look.isOver()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return look.job();
            }
            if (closed.await(Math.min(left, nap), TimeUnit.NANOSECONDS)) {
                throw closed();
            }
            nap = Math.min(LONGEST_NAP, 2 * nap);
            look = again(id, look);
        }
        return look.job();
    }

    /** Whoever awaits a job is told so by an exception. */
    void close() {
        closed.countDown();
        asking.lock();
        try {
            if (queries != null) {
                queries.close();
                queries = null;
            }
        } finally {
            asking.unlock();
        }
    }

    /** @param version the queue's when it was read */
    private record Look(long version, Optional<JobStatus> job) {
        boolean isOver() {
            return job.map(JobStatus::isFinal).orElse(true);
        }
    }

    private Look look(long id) {
        return ask(open -> {
            // First: what changes behind it is seen the next time.
            long version = open.dataVersion();
            return new Look(version, open.find(id).map(JobStatus::new));
        });
    }

    private Look again(long id, Look before) {
        return ask(JobQueries::dataVersion) == before.version ? before : look(id);
    }

    /** A connection that is lost is replaced by the next question. */
    private <T> T ask(Function<JobQueries, T> question) {
        asking.lock();
        try {
            return question.apply(open());
        } catch (StoreException failure) {
            if (failure.kind() == Kind.UNREACHABLE && queries != null) {
                queries.close();
                queries = null;
            }
            throw failure;
        } finally {
            asking.unlock();
        }
    }

    private JobQueries open() {
        if (closed.getCount() == 0) {
            throw closed();
        }
        if (queries == null) {
            queries = connection.get();
        }
        return queries;
    }

    private static StoreException closed() {
        return new StoreException(Kind.OTHER, "cannot read a job: the JobQueue was closed");
    }

    private static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_525)) > 0 ? Long.MAX_VALUE >> 1 : timeout.toNanos();
    }
}
