package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.PostgresCluster;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.StoreException.Kind;
import org.workerd.store.StoreFixture;

/** The connection breaks at a COMMIT: whoever asked for it is told what became of it, and that is true. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LostCommitTest {
    private final TestQueue queue = new TestQueue();
    private CommitCutter cutter;
    private JobStore store;

    @BeforeEach
    void open() throws IOException {
        queue.database().openOrCreate().close();
        cutter = CommitCutter.to(queue.cluster().port());
        QueueUrl.Postgres direct = queue.url();
        QueueUrl.Postgres url = new QueueUrl.Postgres(
                direct.user(),
                List.of(new QueueUrl.Postgres.Host("127.0.0.1", cutter.port())),
                PostgresCluster.USER,
                direct.schema(),
                Map.of(),
                direct.passwordFile());
        store = new PostgresDatabase(url, Map.of(), Duration.ofSeconds(5)).open();
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        cutter.close();
        Soundness.check(queue);
    }

    private long enqueue() {
        return store.transaction(moves -> moves.enqueue(NewJob.of("a"))).id();
    }

    private List<String> jobs() {
        return queue.rows("select id from jobs order by id");
    }

    @Test
    void whatWasCommittedWithoutAnAnswerIsStoredOnceAndSaidToBe() {
        cutter.cutNext(CommitCutter.Cut.BEFORE_THE_ANSWER);
        long id = enqueue();
        assertThat(cutter.hasCut()).isTrue();
        assertThat(jobs()).containsExactly(Long.toString(id));
        long next = enqueue();
        assertThat(jobs()).containsExactly(Long.toString(id), Long.toString(next));
    }

    /** Its session at the server is ended, too: nobody waits for what it has locked. */
    @Test
    void whatWasNeverCommittedIsSaidToHaveFailedAndHoldsNothing() {
        NewJob keyed = NewJob.named("a").key("k").build();
        cutter.cutNext(CommitCutter.Cut.BEFORE_THE_COMMIT);
        assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(keyed)))
                .isInstanceOfSatisfying(StoreException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(Kind.UNREACHABLE));
        assertThat(jobs()).isEmpty();
        assertThat(store.transaction(moves -> moves.enqueue(keyed)).stored()).isTrue();
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void claimsAndVerdictsCountWhenTheirCommitDid() {
        long id = enqueue();
        long daemon = store.transaction(moves -> moves.register(1, "here", 1, StoreFixture.NOW));
        cutter.cutNext(CommitCutter.Cut.BEFORE_THE_ANSWER);
        List<Claim> claimed =
                store.transaction(moves -> moves.claim(daemon, moves.lanesWithReady(), 1, StoreFixture.NOW));
        assertThat(cutter.hasCut()).isTrue();
        assertThat(claimed).extracting(Claim::jobId).containsExactly(id);
        // Who connects again commits, too.
        assertThat(store.transaction(Moves::daemons)).hasSize(1);
        cutter.cutNext(CommitCutter.Cut.BEFORE_THE_ANSWER);
        assertThat(store.<Boolean>transaction(
                        moves -> moves.finish(claimed.get(0), StoreFixture.done(), 1, StoreFixture.NOW)))
                .isTrue();
        assertThat(cutter.hasCut()).isTrue();
        assertThat(queue.rows("select state from job_status")).containsExactly("done");
    }
}
