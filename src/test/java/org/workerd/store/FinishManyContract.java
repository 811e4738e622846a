package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.retryIn;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;

/** The verdicts on many jobs in one call. */
interface FinishManyContract extends StoreFixture {
    Instant THEN = NOW.plusSeconds(5);

    /** What becomes of one of many. */
    private static Verdict verdict(int number) {
        return switch (number % 20) {
            case 3 -> new Verdict.Done(new AttemptRow("done", 0, null, null), "a result");
            case 7 -> new Verdict.Done(new AttemptRow("done", null, null, null), null);
            case 11 -> new Verdict.Done(new AttemptRow("done", 0, null, "but"), null);
            case 13 -> retryIn(Duration.ofSeconds(16));
            case 17 -> StoreFixture.dead();
            default -> StoreFixture.done();
        };
    }

    private Moves.Finish verdictOn(Claim claim, int number) {
        return new Moves.Finish(claim, verdict(number), number % 50 < 40 ? THEN : THEN.plusMillis(number % 3));
    }

    private List<Claim> finishAll(List<Moves.Finish> verdicts) {
        return store().transaction(moves -> moves.finish(verdicts, PID));
    }

    private boolean finishBySelf(Moves.Finish one) {
        return store().transaction(moves -> moves.finish(one.claim(), one.verdict(), PID, one.at()));
    }

    /** The same jobs twice over, every tenth with a key, some claims lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    default void manyAtOnceEndAsEachByItself(long seed) {
        int count = 100;
        for (int i = 0; i < 2 * count; i++) {
            int twin = i % count;
            enqueue(
                    twin % 10 == 5
                            ? StoreFixture.keyed("key " + i)
                            : StoreFixture.prior("name" + twin % 3, twin % 7 % 2));
        }
        Map<Integer, Claim> claims = new TreeMap<>();
        claim(2 * count).forEach(claim -> claims.put((int) claim.jobId() - 1, claim));
        Random random = new Random(seed);
        List<Claim> gone = new ArrayList<>();
        List<Moves.Finish> first = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean lost = random.nextInt(30) == 0;
            if (lost) {
                gone.add(claims.get(i));
                finish(claims.get(i), new Verdict.GiveBack(null));
                finish(claims.get(i + count), new Verdict.GiveBack(null));
            }
            first.add(verdictOn(claims.get(i), i));
            assertThat(finishBySelf(verdictOn(claims.get(i + count), i))).isEqualTo(!lost);
        }
        Collections.shuffle(first, random);
        assertThat(finishAll(first)).containsExactlyInAnyOrderElementsOf(gone);
        try (JobQueries queries = store().queries()) {
            for (int i = 0; i < count; i++) {
                long one = claims.get(i).jobId();
                long other = claims.get(i + count).jobId();
                assertThat(queries.find(one).orElseThrow())
                        .usingRecursiveComparison()
                        .ignoringFields("id", "key", "createdAt")
                        .isEqualTo(queries.find(other).orElseThrow());
                assertThat(queries.attempts(one)).isEqualTo(queries.attempts(other));
            }
        }
        assertThat(finishAll(first)).hasSize(count);
        assertSound();
    }

    @Test
    default void whoWaitsForManyIsToldByEach() {
        List<Long> parents = Stream.generate(() -> enqueue("a")).limit(20).toList();
        long child = enqueueAfter(parents.toArray(Long[]::new));
        List<Moves.Finish> verdicts = claim(20).stream()
                .map(claim -> new Moves.Finish(claim, StoreFixture.done(), THEN))
                .toList();
        finishAll(verdicts.subList(0, 19));
        promote(THEN);
        assertThat(state(child)).isEqualTo(JobState.BLOCKED);
        finishAll(verdicts.subList(19, 20));
        promote(THEN);
        assertThat(state(child)).isEqualTo(JobState.READY);
        assertSound();
    }
}
