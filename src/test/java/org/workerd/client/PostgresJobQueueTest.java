package org.workerd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.workerd.PostgresCluster;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.postgres.PostgresDatabase;

class PostgresJobQueueTest extends JobQueueContract {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final PostgresCluster cluster = PostgresCluster.shared();
    private final String schema = "client" + MADE.incrementAndGet();
    private final String url = cluster.url(PostgresCluster.USER, PostgresCluster.USER, schema);

    @Override
    JobQueue openQueue() {
        return JobQueue.open(url);
    }

    @Override
    Connection connect() throws SQLException {
        Connection connection = cluster.connect(PostgresCluster.USER);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path to " + schema);
        }
        return connection;
    }

    @Override
    JobStore openStore() {
        return new PostgresDatabase(QueueUrl.Postgres.parse(url), Map.of(), Duration.ofSeconds(30)).openOrCreate();
    }

    /** A pool gives it to somebody else next. */
    @Test
    void theCallersConnectionLooksWhereItLookedBefore() throws SQLException {
        try (Connection own = cluster.connect(PostgresCluster.USER);
                Statement statement = own.createStatement()) {
            statement.execute("create schema shop_" + schema);
            statement.execute("set search_path to shop_" + schema + ", " + schema);
            own.setAutoCommit(false);
            JobQueue.enqueue(own, NewJob.of("a"));
            statement.execute("create table bills (id integer)");
            own.commit();
            assertThat(statement.executeUpdate("insert into shop_" + schema + ".bills values (1)"))
                    .isOne();
            own.rollback();
        }
    }

    @Test
    void aDatabaseWithoutAQueueIsSaidToBeOne() throws SQLException {
        try (Connection own = cluster.connect("template1")) {
            assertThatThrownBy(() -> JobQueue.enqueue(own, NewJob.of("a")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("there is no queue in this connection's database");
        }
        assertThatThrownBy(() -> JobQueue.open(url + "_none")).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> JobQueue.open("mysql://x")).isInstanceOf(IllegalArgumentException.class);
    }
}
