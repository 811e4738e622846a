package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.workerd.store.StoreFixture.dead;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.store.JobQueries.Filter;

interface TagContract extends StoreFixture {
    private static NewJob tagged(String name, String... tags) {
        return NewJob.named(name).tags(List.of(tags)).build();
    }

    private List<Long> of(Filter filter) {
        try (JobQueries queries = store().queries()) {
            List<Long> listed =
                    queries.list(filter, 20).jobs().stream().map(JobView::id).toList();
            assertThat(queries.ids(filter)).containsExactlyInAnyOrderElementsOf(listed);
            return listed;
        }
    }

    @Test
    default void jobsAreFoundByEachOfTheirTags() {
        long first = enqueue(tagged("a", "red", "größe 7"));
        enqueue("a");
        long second = enqueue(tagged("b", "red"));
        enqueue(tagged("b", "Red"));
        assertThat(of(Filter.ALL.withTag("red"))).containsExactly(second, first);
        assertThat(of(Filter.ALL.withTag("größe 7"))).containsExactly(first);
        assertThat(of(Filter.ALL.withTag("re"))).isEmpty();
        assertThat(view(first).tags()).containsExactly("red", "größe 7");
        assertThat(view(second).tags()).containsExactly("red");
    }

    @Test
    default void aTagIsOneConditionAmongOthers() {
        long dead = enqueue(tagged("a", "red"));
        finish(claimOne(), dead());
        long ready = enqueue(tagged("a", "red"));
        enqueue("a");
        long scheduled =
                enqueue(NewJob.named("b").tag("red").runAt(NOW.plusSeconds(60)).build());
        Filter red = Filter.ALL.withTag("red");
        assertThat(of(red.withStates(Set.of(JobState.DEAD)))).containsExactly(dead);
        assertThat(of(red.withStates(Set.of(JobState.READY, JobState.SCHEDULED))))
                .containsExactly(scheduled, ready);
        assertThat(of(red.withStates(Set.of(JobState.DONE)))).isEmpty();
        assertThat(of(red.withName("a"))).containsExactly(ready, dead);
        assertThat(of(red.withName("b").withStates(Set.of(JobState.READY)))).isEmpty();
        assertThat(of(red.withQueue("other"))).isEmpty();
        assertThat(of(red.withError("exit code 3"))).containsExactly(dead);
        assertThat(of(red.withCron("nightly"))).isEmpty();
    }

    @Test
    default void tagsComeWithPlainJobsAndKeyedOnesAndThoseThatWait() {
        long parent = enqueue("a");
        store().transaction(moves -> moves.enqueue(List.of(
                tagged("a", "t"),
                NewJob.of("a"),
                tagged("b", "t"),
                NewJob.named("c").key("k").tag("t").build(),
                NewJob.named("d").after(parent).tag("t").build())));
        assertThat(of(Filter.ALL.withTag("t"))).containsExactly(parent + 5, parent + 4, parent + 3, parent + 1);
    }

    @Test
    default void nothingIsLeftOfATagWhoseJobsAreGone() {
        enqueue(tagged("a", "t", "u"));
        long kept = enqueue(tagged("b", "t"));
        long deleted = enqueue(tagged("c", "t", "v"));
        runOne();
        Retention nothing = new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        inTransaction(moves -> moves.prune(nothing, NOW.plusSeconds(9), 0, 10));
        cancel(deleted);
        inTransaction(moves -> moves.delete(deleted));
        assertThat(of(Filter.ALL.withTag("t"))).containsExactly(kept);
        assertThat(of(Filter.ALL.withTag("u"))).isEmpty();
        assertThat(of(Filter.ALL.withTag("v"))).isEmpty();
    }
}
