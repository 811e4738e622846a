package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.done;
import static org.workerd.store.StoreFixture.keyed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;

public interface ConcurrencyContract extends StoreFixture {
    @Test
    default void twoDaemonsClaimTwoThousandJobsEachExactlyOnce() throws Exception {
        inTransaction(moves -> {
            for (int i = 0; i < 2_000; i++) {
                moves.enqueue(NewJob.of("job" + i % 4));
            }
        });
        List<List<Long>> taken = atOnce(2, () -> {
            JobStore mine = another();
            long daemon = mine.transaction(moves -> moves.register(PID, "here", 4, NOW));
            List<Long> ran = new ArrayList<>();
            List<Claim> claims = List.of();
            do {
                List<Claim> ended = claims;
                claims = mine.transaction(moves -> {
                    ended.forEach(claim ->
                            assertThat(moves.finish(claim, done(), PID, NOW)).isTrue());
                    return moves.claim(daemon, moves.lanesWithReady(), 13, NOW);
                });
                claims.forEach(claim -> ran.add(claim.jobId()));
            } while (!claims.isEmpty());
            return ran;
        });
        assertThat(taken.stream().flatMap(List::stream)).hasSize(2_000).doesNotHaveDuplicates();
        assertThat(taken).as("both had their share").noneMatch(List::isEmpty);
        assertThat(counts()).isEqualTo(Map.of(JobState.DONE, 2_000L));
    }

    @Test
    default void sixteenEnqueuesOfOneKeyAtOnceStoreOneJob() throws Exception {
        store();
        List<Moves.Enqueued> answers = atOnce(16, () -> {
            JobStore mine = another();
            return mine.transaction(moves -> moves.enqueue(keyed("k")));
        });
        assertThat(answers.stream().map(Moves.Enqueued::id).distinct()).hasSize(1);
        assertThat(answers.stream().filter(Moves.Enqueued::stored)).hasSize(1);
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
    }

    @Test
    default void writersAtOnceLoseNothing() throws Exception {
        store();
        List<List<Long>> ids = atOnce(8, () -> {
            JobStore mine = another();
            List<Long> stored = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String name = "job" + i % 3;
                stored.add(mine.transaction(moves -> moves.enqueue(NewJob.of(name)))
                        .id());
            }
            return stored;
        });
        assertThat(ids.stream().flatMap(List::stream)).hasSize(400).doesNotHaveDuplicates();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 400L));
    }

    /** Runs the work in so many threads that begin together. */
    static <T> List<T> atOnce(int threads, Callable<T> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
