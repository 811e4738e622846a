package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.ConcurrencyContract;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.store.StoreFixture;

/** Eight connections do everything at once: whatever the order was, the tables agree in the end, and no job is forgotten. */
class PostgresRaceTest {
    private static final int CONNECTIONS = 8;
    private static final int TURNS = 400;
    private static final int MOST_OF_ONE = 2;
    private static final Instant NOW = StoreFixture.NOW;
    private static final Limits LIMITS =
            new Limits(Limits.Bounds.NONE, new Limits.Bounds(Map.of("one", MOST_OF_ONE), Map.of()), Map.of());

    private final TestQueue queue = new TestQueue();
    private final List<JobStore> stores = new ArrayList<>();
    /** By the job, while an attempt of it runs: two of one job would meet here. */
    private final Map<Long, Long> running = new ConcurrentHashMap<>();

    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Long> removed = ConcurrentHashMap.newKeySet();
    private final Queue<Claim> late = new ConcurrentLinkedQueue<>();
    private final AtomicInteger runningOfOne = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    private synchronized JobStore open() {
        JobStore store = queue.database(Duration.ofSeconds(10)).openOrCreate();
        stores.add(store);
        return store;
    }

    @AfterEach
    void close() {
        stores.forEach(JobStore::close);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everythingAtOnceLeavesNoJobBehindAndNoneTwice(long seed) throws Exception {
        open();
        AtomicInteger number = new AtomicInteger();
        ConcurrencyContract.atOnce(CONNECTIONS, () -> {
            new Player(open(), new Random(seed * CONNECTIONS + number.getAndIncrement())).play();
            return true;
        });
        assertThat(running).as("what still runs").isEmpty();
        Soundness.check(queue);
        drain();
        Soundness.check(queue);
        assertThat(queue.rows("select id, state from job_status where state not in ('done', 'dead', 'cancelled')"))
                .as("jobs that never end")
                .isEmpty();
        acknowledged.removeAll(removed);
        assertThat(queue.rows("select id from jobs").stream().map(Long::valueOf))
                .as("what was stored is there")
                .hasSameElementsAs(acknowledged);
        // A job refuses to move only when others hold it; a deadlock between two transactions would show here, too.
        assertThat(refused).as("transactions that had to be tried again").hasValueLessThan(TURNS / 10);
    }

    /** One daemon that works off what is left. */
    private void drain() {
        JobStore store = stores.get(0);
        long daemon = store.transaction(moves -> moves.register(1, "here", 1, NOW));
        int moved = 1;
        while (moved > 0) {
            moved = store.transaction(moves -> {
                int promoted = moves.promote(NOW.plus(Duration.ofDays(1)), 50);
                List<Claim> claims = moves.claim(daemon, moves.lanesWithReady(), Limits.NONE, Moves.Most.of(50), NOW);
                claims.forEach(claim -> moves.finish(claim, StoreFixture.done(), 1, NOW));
                return promoted + claims.size();
            });
        }
    }

    /** A daemon, a command line and an application in one, on a connection of their own. */
    private final class Player {
        private final JobStore store;
        private final Random random;
        private final List<Claim> claims = new ArrayList<>();
        private final long daemon;

        Player(JobStore store, Random random) {
            this.store = store;
            this.random = random;
            this.daemon = store.transaction(moves -> moves.register(1, "here", 4, NOW));
        }

        void play() {
            for (int turn = 0; turn < TURNS; turn++) {
                tryOnce();
            }
            finishAll();
        }

        private void tryOnce() {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> enqueue();
                case 3, 4 -> work();
                case 5 -> change();
                case 6 -> finishLate();
                default -> again(moves -> moves.promote(NOW.plusSeconds(random.nextInt(5)), 1 + random.nextInt(20)));
            }
        }

        /** As a daemon would after a lock that it did not get, or a deadlock. */
        private <T> T again(java.util.function.Function<Moves, T> work) {
            while (true) {
                try {
                    return store.transaction(work);
                } catch (StoreException busy) {
                    if (busy.kind() != StoreException.Kind.LOCKED) {
                        throw busy;
                    }
                    refused.incrementAndGet();
                }
            }
        }

        private void enqueue() {
            List<NewJob> jobs = new ArrayList<>();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                jobs.add(job());
            }
            try {
                again(moves -> moves.enqueue(jobs)).stream()
                        .filter(Moves.Enqueued::stored)
                        .forEach(stored -> acknowledged.add(stored.id()));
            } catch (StoreException refusal) {
                assertThat(refusal).hasMessage("after must be a JSON array of the ids of jobs that exist");
            }
        }

        private NewJob job() {
            List<Long> known = List.copyOf(acknowledged);
            NewJob.Builder job = NewJob.named(random.nextInt(4) == 0 ? "one" : "many" + random.nextInt(3))
                    .queue("queue" + random.nextInt(2))
                    .priority(random.nextInt(2))
                    .runAt(random.nextInt(4) == 0 ? NOW.plusSeconds(random.nextInt(5)) : null)
                    .key(random.nextInt(4) == 0 ? "key" + random.nextInt(5) : null);
            for (int parents = random.nextInt(3); parents > 0 && !known.isEmpty(); parents--) {
                job.after(known.get(random.nextInt(known.size())));
            }
            return job.build();
        }

        /** Ends what it has and claims more, in one transaction. */
        private void work() {
            List<Moves.Finish> verdicts = new ArrayList<>();
            while (!claims.isEmpty() && random.nextInt(4) > 0) {
                verdicts.add(new Moves.Finish(claims.remove(claims.size() - 1), verdict(), NOW));
            }
            verdicts.forEach(verdict -> ended(verdict.claim()));
            List<Claim> claimed = again(moves -> {
                assertThat(moves.finish(verdicts, 1))
                        .as("claims that were lost")
                        .isEmpty();
                return moves.claim(daemon, moves.lanesWithReady(), LIMITS, Moves.Most.of(1 + random.nextInt(5)), NOW);
            });
            verdicts.forEach(verdict -> late.add(verdict.claim()));
            claimed.forEach(this::begun);
            claims.addAll(claimed);
        }

        private void begun(Claim claim) {
            assertThat(running.put(claim.jobId(), claim.token()))
                    .as("another attempt of job %d", claim.jobId())
                    .isNull();
            if (claim.name().equals("one")) {
                assertThat(runningOfOne.incrementAndGet()).as("at once").isLessThanOrEqualTo(MOST_OF_ONE);
            }
        }

        /** Before its transaction, for another one may claim it as soon as that is committed. */
        private void ended(Claim claim) {
            assertThat(running.remove(claim.jobId())).isEqualTo(claim.token());
            if (claim.name().equals("one")) {
                runningOfOne.decrementAndGet();
            }
        }

        private Verdict verdict() {
            AttemptRow failed = new AttemptRow("failed", 1, null, "exit code 1");
            return switch (random.nextInt(8)) {
                case 0 -> new Verdict.Dead(failed, null);
                case 1 -> new Verdict.Cancel(failed);
                case 2 -> new Verdict.Retry(failed, NOW.plusSeconds(random.nextInt(5)));
                case 3 -> new Verdict.Snooze(failed, NOW.plusSeconds(random.nextInt(5)));
                case 4 -> new Verdict.GiveBack(null);
                case 5 -> new Verdict.Rerun(failed);
                default -> StoreFixture.done();
            };
        }

        /** A runner that comes too late changes nothing. */
        private void finishLate() {
            Claim claim = late.poll();
            if (claim != null) {
                boolean held = again(moves -> moves.finish(claim, StoreFixture.done(), 1, NOW));
                assertThat(held).as("a claim that ended before").isFalse();
            }
        }

        private void change() {
            List<Long> known = List.copyOf(acknowledged);
            if (known.isEmpty()) {
                return;
            }
            long id = known.get(random.nextInt(known.size()));
            switch (random.nextInt(4)) {
                case 0 -> again(moves -> moves.retry(id, random.nextInt(4) == 0));
                case 1 -> again(moves -> moves.delete(id)).ifPresent(gone -> removed.add(gone.id()));
                case 2 -> prune();
                default -> again(moves -> moves.cancel(id, "by root", NOW));
            }
        }

        private void prune() {
            Retention none = new Retention(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1));
            again(moves -> moves.prune(none, NOW.plusSeconds(1), random.nextInt(100), 2))
                    .jobs()
                    .forEach(gone -> removed.add(gone.id()));
        }

        private void finishAll() {
            claims.forEach(this::ended);
            List<Moves.Finish> verdicts = claims.stream()
                    .map(claim -> new Moves.Finish(claim, verdict(), NOW))
                    .toList();
            List<Claim> lost = again(moves -> moves.finish(verdicts, 1));
            assertThat(lost).isEmpty();
        }
    }
}
