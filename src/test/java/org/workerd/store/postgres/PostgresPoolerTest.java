package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.job.NewJob;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Enqueued;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** Through a pooler that shares sessions by transactions: jobs are stored and seen, but no daemon works. */
class PostgresPoolerTest {
    private final TestQueue queue = new TestQueue();

    @TempDir
    private Path directory;

    private Pooler pooler;

    @BeforeEach
    void startThePooler() throws Exception {
        pooler = Pooler.start(queue.cluster(), directory);
    }

    @AfterEach
    void stopThePooler() {
        pooler.close();
    }

    private PostgresDatabase pooled() {
        String url = "postgresql://" + PostgresCluster.USER + "@127.0.0.1:" + pooler.port() + "/" + PostgresCluster.USER
                + "?schema=" + queue.schema();
        return new PostgresDatabase(QueueUrl.Postgres.parse(url), Map.of(), Duration.ofSeconds(5));
    }

    @Test
    void jobsAreStoredAndSeenAndNothingIsLeftInTheSession() throws SQLException {
        try (JobStore store = pooled().openOrCreate()) {
            for (int i = 1; i <= 7; i++) {
                Enqueued stored = store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
                assertThat(stored).isEqualTo(new Enqueued(i, true));
            }
            Enqueued keyed = store.transaction(
                    moves -> moves.enqueue(NewJob.named("mail").key("k").build()));
            Enqueued again = store.transaction(
                    moves -> moves.enqueue(NewJob.named("mail").key("k").build()));
            assertThat(again).isEqualTo(new Enqueued(keyed.id(), false));
            List<Enqueued> batch = store.transaction(moves -> moves.enqueue(List.of(NewJob.of("a"), NewJob.of("b"))));
            assertThat(batch).hasSize(2);
        }
        try (JobQueries queries = pooled().openForReading()) {
            assertThat(queries.find(1)).isPresent();
            assertThat(queries.list(JobQueries.Filter.ALL, 100).jobs()).hasSize(10);
        }
        try (Connection application = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + pooler.port() + "/" + PostgresCluster.USER,
                PostgresCluster.USER,
                "")) {
            assertThat(TestQueue.rows(
                            application,
                            "select current_setting('search_path'), current_setting('lock_timeout'),"
                                    + " current_setting('enable_seqscan'), current_setting('jit')"))
                    .containsExactly("\"$user\", public|0|on|on");
        }
    }

    @Test
    void aDaemonIsRefusedWithTheReasonAndDoctorSaysSo() {
        assertThatThrownBy(() -> PostgresDaemonStore.open(pooled()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("leads through a connection pooler")
                .hasMessageContaining("name the server itself in queue.url");
        queue.database().openOrCreate().close();
        try (Health health = pooled().health()) {
            assertThat(health.server().orElseThrow().pooled()).isTrue();
        }
    }
}
