package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.JobQueries.Filter;

interface RandomMovesContract extends StoreFixture {
    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300})
    default void afterAnyMovesTheQueueIsWhatTheModelSays(long seed) {
        RandomMoves moves = new RandomMoves(this, seed);
        for (int step = 0; step < 300; step++) {
            moves.transaction();
            if (step % 3 == 0) {
                moves.compareCounts("step " + step);
            }
            if (step % 20 == 0) {
                moves.compareJobs();
                assertSound();
            }
        }
        moves.compareJobs();
        moves.compareLists(new Random(seed));
        assertThat(moves.kindsOfMoves()).as("the walk went everywhere").containsOnlyKeys(JobState.values());
    }

    /** One walk through the moves, in the store and in the model at once. */
    final class RandomMoves {
        private final StoreFixture fixture;
        private final Random random;
        private final long daemon;
        private final List<Claim> claims = new ArrayList<>();
        private final Map<JobState, Long> seen = new TreeMap<>();
        private QueueModel model = new QueueModel();
        private Instant now = StoreFixture.NOW;

        RandomMoves(StoreFixture fixture, long seed) {
            this.fixture = fixture;
            this.random = new Random(seed);
            this.daemon = fixture.register();
        }

        /** A few moves, taken back now and then. */
        void transaction() {
            now = now.plusMillis(random.nextInt(2_000));
            QueueModel before = model.copy();
            if (random.nextInt(6) == 0) {
                assertThatThrownBy(() -> fixture.inTransaction(moves -> {
                            several(moves);
                            throw new IllegalStateException("taken back");
                        }))
                        .hasMessage("taken back");
                model = before;
            } else {
                fixture.inTransaction(this::several);
            }
        }

        private void several(Moves moves) {
            for (int count = 1 + random.nextInt(5); count > 0; count--) {
                switch (random.nextInt(10)) {
                    case 0, 1 -> enqueue(moves);
                    case 2, 3 -> claim(moves);
                    case 4 -> promote(moves);
                    case 5, 6 -> operate(moves);
                    default -> finish(moves);
                }
            }
        }

        private void enqueue(Moves moves) {
            NewJob job = anyJob();
            Moves.Enqueued answer = moves.enqueue(job);
            Long holder = job.key() == null ? null : model.holderOf(job.key()).orElse(null);
            if (holder == null) {
                assertThat(answer.stored()).isTrue();
                model.enqueue(answer.id(), job);
            } else {
                assertThat(answer).isEqualTo(new Moves.Enqueued(holder, false));
            }
        }

        private NewJob anyJob() {
            List<Long> ids = model.ids();
            List<Long> after = ids.isEmpty() || random.nextInt(3) > 0
                    ? List.of()
                    : random.ints(1 + random.nextInt(3), Math.max(0, ids.size() - 12), ids.size())
                            .mapToObj(ids::get)
                            .toList();
            return NewJob.named("job" + random.nextInt(3))
                    .queue("queue" + random.nextInt(2))
                    .priority(random.nextInt(3))
                    .runAt(random.nextInt(4) == 0 ? now.plusMillis(random.nextInt(4_000) - 500) : null)
                    .key(random.nextInt(4) == 0 ? "key" + random.nextInt(4) : null)
                    .after(after)
                    .build();
        }

        private void claim(Moves moves) {
            String leftOut = "job" + random.nextInt(5);
            int most = random.nextInt(5);
            List<Moves.Lane> lanes = moves.lanesWithReady().stream()
                    .filter(lane -> !lane.name().equals(leftOut))
                    .toList();
            List<Claim> claimed = moves.claim(daemon, lanes, most, now);
            assertThat(claimed.stream().map(Claim::jobId))
                    .containsExactlyElementsOf(model.claimable(name -> !name.equals(leftOut), most));
            claimed.forEach(model::claim);
            claims.addAll(claimed);
        }

        private void promote(Moves moves) {
            int promoted = 1;
            while (promoted > 0) {
                promoted = moves.promote(now, 1 + random.nextInt(4));
            }
            model.promote(now);
        }

        private void operate(Moves moves) {
            List<Long> ids = model.ids();
            if (ids.isEmpty()) {
                return;
            }
            long id = ids.get(Math.max(0, ids.size() - 1 - random.nextInt(20)));
            switch (random.nextInt(4)) {
                case 0 -> {
                    boolean force = random.nextInt(4) == 0;
                    assertThat(moves.retry(id, force)).isEqualTo(model.retry(id, force));
                }
                case 1 -> assertThat(moves.delete(id).isPresent()).isEqualTo(model.delete(id));
                default -> assertThat(moves.cancel(id, "", now)).isEqualTo(model.cancel(id));
            }
        }

        /** Mostly a late one, of claims long finished and of claims that were taken back. */
        private void finish(Moves moves) {
            if (random.nextInt(5) == 0) {
                finishMany(moves);
            } else if (!claims.isEmpty()) {
                int age = Math.min(random.nextInt(12), claims.size() - 1);
                Claim claim = claims.get(claims.size() - 1 - age);
                Verdict verdict = anyVerdict();
                assertThat(moves.finish(claim, verdict, StoreFixture.PID, now)).isEqualTo(model.finish(claim, verdict));
            }
        }

        /** Of the latest claims most, in any order, nearly all of them just done. */
        private void finishMany(Moves moves) {
            List<Moves.Finish> verdicts = new ArrayList<>();
            List<Claim> latest = new ArrayList<>(claims.subList(Math.max(0, claims.size() - 12), claims.size()));
            Collections.shuffle(latest, random);
            for (Claim claim : latest) {
                if (random.nextInt(8) > 0) {
                    verdicts.add(
                            new Moves.Finish(claim, random.nextInt(3) == 0 ? anyVerdict() : StoreFixture.done(), now));
                }
            }
            List<Claim> lost = verdicts.stream()
                    .filter(verdict -> !model.finish(verdict.claim(), verdict.verdict()))
                    .map(Moves.Finish::claim)
                    .toList();
            assertThat(moves.finish(verdicts, StoreFixture.PID)).containsExactlyInAnyOrderElementsOf(lost);
        }

        private Verdict anyVerdict() {
            AttemptRow row = new AttemptRow("failed", 1, null, "exit code 1");
            AttemptRow well = new AttemptRow("done", 0, null, null);
            Instant later = now.plusMillis(random.nextInt(3_000));
            return Stream.<Verdict>of(
                            new Verdict.Done(well, "r"),
                            new Verdict.Done(well, null),
                            new Verdict.Dead(row, null),
                            new Verdict.Cancel(row),
                            new Verdict.Retry(row, later),
                            new Verdict.Snooze(row, later),
                            new Verdict.Rerun(row),
                            new Verdict.GiveBack(random.nextBoolean() ? row : null))
                    .skip(random.nextInt(8))
                    .findFirst()
                    .orElseThrow();
        }

        void compareCounts(String when) {
            try (JobQueries queries = fixture.store().queries()) {
                Map<String, Map<JobState, Long>> counts = new TreeMap<>();
                queries.counts().forEach((queue, states) -> {
                    Map<JobState, Long> some = new TreeMap<>(states);
                    some.values().removeIf(count -> count == 0);
                    counts.put(queue, some);
                });
                counts.values().removeIf(Map::isEmpty);
                assertThat(counts).as(when).isEqualTo(model.counts());
                counts.values()
                        .forEach(states -> states.forEach((state, count) -> seen.merge(state, count, Long::sum)));
            }
        }

        void compareJobs() {
            try (JobQueries queries = fixture.store().queries()) {
                List<JobView> jobs = queries.list(JobQueries.Filter.ALL, 10_000).jobs();
                assertThat(jobs).hasSize(model.rows().size());
                for (JobView job : jobs) {
                    QueueModel.Row row = model.rows().get(job.id());
                    assertThat(job.state()).as("job %d", job.id()).isEqualTo(row.state());
                    assertThat(job.attempt()).as("job %d", job.id()).isEqualTo(row.attempt());
                    assertThat(queries.attempts(job.id()).stream().map(JobView.Attempt::number))
                            .as("the attempts of job %d", job.id())
                            .doesNotHaveDuplicates()
                            .isSorted();
                }
            }
        }

        /** Every filter that some job matches, and combinations of them, give what looking at each job gives. */
        void compareLists(Random random) {
            try (JobQueries queries = fixture.store().queries()) {
                List<JobView> jobs = queries.list(Filter.ALL, 10_000).jobs();
                for (JobView job : jobs) {
                    Filter filter = random.nextBoolean() ? Filter.ALL : Filter.ALL.withStates(Set.of(job.state()));
                    filter = random.nextBoolean() ? filter : filter.withQueue(job.queue());
                    filter = random.nextBoolean() ? filter : filter.withName(job.name());
                    filter = job.key() == null || random.nextBoolean() ? filter : filter.withKey(job.key());
                    filter = job.error() == null || random.nextBoolean() ? filter : filter.withError(job.error());
                    filter = job.finishedAt() == null || random.nextBoolean()
                            ? filter
                            : filter.withFinishedSince(job.finishedAt());
                    List<Long> matching = jobs.stream()
                            .filter(matches(filter))
                            .map(JobView::id)
                            .toList();
                    int limit = 1 + random.nextInt(matching.size() + 1);
                    JobQueries.Found found = queries.list(filter, limit);
                    assertThat(found.jobs().stream().map(JobView::id))
                            .as("%s", filter)
                            .containsExactlyElementsOf(matching.subList(0, Math.min(limit, matching.size())));
                    assertThat(found.more()).as("%s", filter).isEqualTo(matching.size() > limit);
                    assertThat(queries.ids(filter)).as("%s", filter).isSorted().hasSameElementsAs(matching);
                }
            }
        }

        private static Predicate<JobView> matches(Filter filter) {
            return job -> (filter.states().isEmpty() || filter.states().contains(job.state()))
                    && (filter.queue() == null || filter.queue().equals(job.queue()))
                    && (filter.name() == null || filter.name().equals(job.name()))
                    && (filter.key() == null || filter.key().equals(job.key()))
                    && (filter.error() == null
                            || (job.error() != null && job.error().contains(filter.error())))
                    && (filter.finishedSince() == null
                            || (job.finishedAt() != null && !job.finishedAt().isBefore(filter.finishedSince())));
        }

        Map<JobState, Long> kindsOfMoves() {
            return seen;
        }
    }
}
