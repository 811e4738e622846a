package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workerd.PostgresCluster;
import org.workerd.store.OutputFeed;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.postgres.PostgresEngine;

/** By the sessions that a server has with a database of the test's own. */
class SharedFeedsTest {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final PostgresCluster cluster = PostgresCluster.shared();
    private final String database = "feeds" + MADE.incrementAndGet();
    private final PostgresEngine engine = new PostgresEngine(
            QueueUrl.Postgres.parse(cluster.url(PostgresCluster.USER, database, "workerd")), Duration.ofSeconds(30));
    private final SharedFeeds feeds = new SharedFeeds(engine);

    @BeforeEach
    void make() throws SQLException {
        cluster.run("create database " + database);
        engine.openOrCreate().close();
        awaitSessions(0);
    }

    private OutputFeed follow(long job) {
        return feeds.follow(job).orElseThrow();
    }

    private void endSession() {
        assertThat(sessions("pg_terminate_backend(pid)")).isEqualTo(1);
        awaitSessions(0);
    }

    private void awaitSessions(int count) {
        Awaitility.await(count + " sessions").until(() -> sessions("true") == count);
    }

    private long sessions(String which) {
        return cluster.number("select count(*) filter (where " + which + ") from pg_stat_activity where datname = '"
                + database + "'");
    }

    @Test
    void allWhoFollowShareOneSessionWhichEndsWithTheLast() {
        OutputFeed one = follow(1);
        OutputFeed other = follow(2);
        awaitSessions(1);
        one.close();
        assertThat(other.news().pieces()).isEmpty();
        other.close();
        awaitSessions(0);
        follow(1).close();
        awaitSessions(0);
    }

    @Test
    void whoComesWhenTheSessionWasLostGetsAnotherOneAtOnce() {
        OutputFeed lost = follow(1);
        endSession();
        OutputFeed next = follow(2);
        assertThatThrownBy(lost::news).isInstanceOf(StoreException.class);
        lost.close();
        assertThat(next.news().pieces()).isEmpty();
        next.close();
        awaitSessions(0);
    }

    @Test
    void whoWasLostMayFollowAgain() {
        OutputFeed lost = follow(1);
        endSession();
        assertThatThrownBy(lost::news).isInstanceOf(StoreException.class);
        OutputFeed again = follow(1);
        lost.close();
        assertThat(again.news().pieces()).isEmpty();
        again.close();
        awaitSessions(0);
    }
}
