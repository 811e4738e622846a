package org.workerd.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;

/** A queue of some engine, and the moves that tests make most. */
public interface StoreFixture {
    Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
    long PID = 4711;
    String HOST = "here";
    AttemptRow FAILED = new AttemptRow("failed", 3, null, "exit code 3");
    AttemptRow DIED = new AttemptRow("daemon died", null, null, "the daemon died");

    /** The test's one store. */
    JobStore store();

    /** Another store on the same queue, closed after the test. */
    JobStore another();

    /** Looks behind the store by the engine's own means: each job is in one place, the counts count what is there. */
    void assertSound();

    default void inTransaction(Consumer<Moves> work) {
        store().transaction(moves -> {
            work.accept(moves);
            return null;
        });
    }

    default long enqueue(NewJob job) {
        return store().transaction(moves -> moves.enqueue(job)).id();
    }

    default long enqueue(String name) {
        return enqueue(NewJob.of(name));
    }

    default long enqueueAfter(Long... ids) {
        return enqueue(NewJob.named("after").after(List.of(ids)).build());
    }

    static NewJob keyed(String key) {
        return NewJob.named("resize").key(key).build();
    }

    static NewJob due(Instant at) {
        return NewJob.named("resize").runAt(at).build();
    }

    static NewJob prior(String name, int priority) {
        return NewJob.named(name).priority(priority).build();
    }

    static NewJob in(String queue, String name) {
        return NewJob.named(name).queue(queue).build();
    }

    default long register() {
        return store().transaction(moves -> moves.register(PID, HOST, 4, NOW));
    }

    /** Claims of all lanes for a daemon that is registered for it. */
    default List<Claim> claim(int most) {
        return claim(register(), most);
    }

    default List<Claim> claim(long daemon, int most) {
        return store().transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), most, NOW));
    }

    default Claim claimOne() {
        List<Claim> claimed = claim(1);
        if (claimed.size() != 1) {
            throw new AssertionError("expected one claim, found " + claimed);
        }
        return claimed.get(0);
    }

    default boolean finish(Claim claim, Verdict verdict) {
        return store().transaction(
                        moves -> moves.finish(claim, verdict, new Moves.Runner(PID, HOST), NOW.plusSeconds(5)));
    }

    default boolean cancel(long id) {
        return store().transaction(moves -> moves.cancel(id, "by root", NOW.plusSeconds(9)));
    }

    default void promote(Instant now) {
        inTransaction(moves -> moves.promote(now, 1_000));
    }

    /** Claims the one job that is ready and ends it well. */
    default void runOne() {
        finish(claimOne(), done());
    }

    static Verdict done() {
        return new Verdict.Done(new AttemptRow("done", 0, null, null), null);
    }

    static Verdict dead() {
        return new Verdict.Dead(FAILED, null);
    }

    static Verdict retryIn(Duration pause) {
        return new Verdict.Retry(FAILED, NOW.plus(pause));
    }

    default JobView view(long id) {
        try (JobQueries queries = store().queries()) {
            return queries.find(id).orElseThrow();
        }
    }

    default JobState state(long id) {
        return view(id).state();
    }

    default List<JobView.Attempt> attempts(long id) {
        try (JobQueries queries = store().queries()) {
            return queries.attempts(id);
        }
    }

    /** Of all queues together; states without jobs are left out. */
    default Map<JobState, Long> counts() {
        Map<JobState, Long> sums = new TreeMap<>();
        try (JobQueries queries = store().queries()) {
            for (Map<JobState, Long> queue : queries.counts().values()) {
                queue.forEach((state, count) -> sums.merge(state, count, Long::sum));
            }
        }
        sums.values().removeIf(count -> count == 0);
        return sums;
    }
}
