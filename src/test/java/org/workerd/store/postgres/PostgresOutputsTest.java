package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Follower;
import org.workerd.store.Moves.Printed;
import org.workerd.store.OutputFeed;
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
        try (OutputFeed feed = new PostgresEngine(queue.url(), Duration.ofSeconds(5))
                .feed(claim.jobId())
                .orElseThrow()) {
            Follower follower = followers().get(0);
            assertThat(follower.token()).isEqualTo(claim.token());
            assertThat(feed.news()).isEmpty();
            tell(follower, "one");
            tell(follower, "two");
            assertThat(feed.news())
                    .containsExactly(new OutputFeed.Piece(1, text("one")), new OutputFeed.Piece(1, text("two")));
            assertThat(feed.news()).isEmpty();
            tell(follower, "unread");
        }
        assertThat(followers()).isEmpty();
        assertThat(queue.rows("select count(*) from follower_news")).containsExactly("0");
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
