package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Follower;
import org.workerd.store.Moves.Printed;
import org.workerd.store.OutputFeed;
import org.workerd.store.OutputFeeds;
import org.workerd.store.StoreFixture;

/** What attempts print, in the database. */
class PostgresOutputsTest {
    private final TestQueue queue = new TestQueue();
    private final JobStore store = queue.database().openOrCreate();
    private final long daemon = store.transaction(moves -> moves.register(1, "here", 1, StoreFixture.NOW));

    @AfterEach
    void end() {
        store.close();
        Soundness.check(queue);
    }

    private Claim claimOne() {
        store.transaction(moves -> moves.enqueue(NewJob.of("a")));
        return store.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 1, StoreFixture.NOW))
                .get(0);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<ByteBuffer> output(long job, int attempt) {
        try (JobQueries queries = store.queries()) {
            return queries.output(job, attempt);
        }
    }

    @Test
    void whatIsKeptIsThereForEverybodyAndGoesWithItsJob() {
        Claim claim = claimOne();
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xff, '\n'});
        store.transaction(moves -> {
            moves.keep(List.of(
                    new Printed(claim.jobId(), 1, text("replaced")), new Printed(claim.jobId(), 2, text("other"))));
            moves.keep(List.of(new Printed(claim.jobId(), 1, bytes)));
            return moves.finish(claim, StoreFixture.done(), 1, StoreFixture.NOW);
        });
        assertThat(output(claim.jobId(), 1)).contains(bytes);
        assertThat(output(claim.jobId(), 2)).contains(text("other"));
        assertThat(output(claim.jobId(), 3)).isEmpty();
        store.transaction(moves -> moves.delete(claim.jobId()));
        assertThat(queue.rows("select count(*) from outputs")).containsExactly("0");
    }

    @Test
    void onlyWhoFollowsIsToldAndOnlyAsLongAsHeDoes() {
        Claim claim = claimOne();
        assertThat(followers()).isEmpty();
        try (OutputFeeds feeds = feeds();
                OutputFeed feed = feeds.follow(claim.jobId())) {
            Follower follower = followers().get(0);
            assertThat(follower.token()).isEqualTo(claim.token());
            assertThat(feed.news()).isEqualTo(new OutputFeed.News(false, List.of()));
            tell(follower, "one");
            tell(follower, "two");
            assertThat(feed.news().pieces())
                    .containsExactly(new OutputFeed.Piece(1, text("one")), new OutputFeed.Piece(1, text("two")));
            assertThat(feed.news().pieces()).isEmpty();
            tell(follower, "unread");
        }
        assertThat(followers()).isEmpty();
        assertThat(queue.rows("select count(*) from follower_news")).containsExactly("0");
    }

    private OutputFeeds feeds() {
        return new PostgresEngine(queue.url(), Duration.ofSeconds(5)).feeds().orElseThrow();
    }

    /** As one whose terminal was stopped for a while: daemons have given him up, and would begin again. */
    @Test
    void whoWasGivenUpBeginsAnewAndIsToldSo() {
        Claim claim = claimOne();
        try (OutputFeeds feeds = feeds();
                OutputFeed feed = feeds.follow(claim.jobId())) {
            Follower before = followers().get(0);
            assertThat(feed.news().anew()).isFalse();
            queue.rows("update followers set seen_at = seen_at - interval '9 seconds' returning id");
            OutputFeed.News news = Awaitility.await().until(feed::news, OutputFeed.News::anew);
            assertThat(news.pieces()).isEmpty();
            assertThat(followers()).hasSize(1).doesNotContain(before);
            tell(followers().get(0), "old and new");
            assertThat(feed.news())
                    .isEqualTo(new OutputFeed.News(false, List.of(new OutputFeed.Piece(1, text("old and new")))));
        }
    }

    private List<Follower> followers() {
        return store.transaction(moves -> moves.followers(daemon));
    }

    private void tell(Follower follower, String text) {
        store.transaction(moves -> {
            moves.tell(follower, 1, text(text));
            return follower;
        });
    }
}
