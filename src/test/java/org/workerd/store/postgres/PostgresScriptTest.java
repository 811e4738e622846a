package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.Tool;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Enqueued;
import org.workerd.store.Moves.Runner;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** The SQL of {@code workerd schema}, run by psql, and what each of its roles may and may not do. */
class PostgresScriptTest {
    private static final String DATABASE = "scripted";

    private final PostgresCluster cluster = PostgresCluster.shared();

    @TempDir
    private Path directory;

    @BeforeEach
    void startWithAnEmptyDatabase() throws Exception {
        cluster.run("drop database if exists " + DATABASE);
        cluster.run("create database " + DATABASE);
        for (String user : List.of("dora", "ann", "ben", "rita")) {
            cluster.run(
                    "do $$ begin create role " + user + " login; exception when duplicate_object then null; end $$");
        }
    }

    private String psql(String sql) throws Exception {
        Path file = Files.writeString(directory.resolve("schema.sql"), sql);
        Tool.Answer answer = Tool.run(
                "psql",
                "-X",
                "-q",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(cluster.port()),
                "-U",
                PostgresCluster.USER,
                "-f",
                file.toString(),
                DATABASE);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        return answer.output();
    }

    private void make() throws Exception {
        assertThat(psql(PostgresScript.all("workerd"))).isEmpty();
        psql("grant workerd_daemon to dora; grant workerd_enqueue to ann, ben; grant workerd_read to rita");
    }

    private PostgresDatabase as(String user) {
        return new PostgresDatabase(
                QueueUrl.Postgres.parse(cluster.url(user, DATABASE, "workerd")), Map.of(), Duration.ofSeconds(5));
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + cluster.port() + "/" + DATABASE, user, "");
    }

    private List<String> rows(String user, String sql) throws SQLException {
        try (Connection connection = connect(user)) {
            return TestQueue.rows(connection, sql);
        }
    }

    private void run(String user, String sql) throws SQLException {
        try (Connection connection = connect(user);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void mayNot(String user, String sql) {
        assertThatThrownBy(() -> run(user, sql))
                .as(user + ": " + sql)
                .isInstanceOf(SQLException.class)
                .extracting(failure -> ((SQLException) failure).getSQLState())
                .isEqualTo("42501");
    }

    @Test
    void whatItMakesIsTheQueueThatADaemonWouldMake() throws Exception {
        make();
        cluster.run("drop schema if exists made cascade");
        new PostgresDatabase(
                        QueueUrl.Postgres.parse(cluster.url(PostgresCluster.USER, PostgresCluster.USER, "made")),
                        Map.of(),
                        Duration.ofSeconds(5))
                .migrate();
        String columns = "select table_name, column_name, data_type, column_default from information_schema.columns"
                + " where table_schema = '%s' order by 1, 2";
        List<String> byDaemon;
        try (Connection connection = cluster.connect(PostgresCluster.USER)) {
            byDaemon = TestQueue.rows(connection, columns.formatted("made"));
        }
        assertThat(rows(PostgresCluster.USER, columns.formatted("workerd")))
                .isEqualTo(byDaemon.stream()
                        .map(row -> row.replace("made.", "workerd."))
                        .toList());
        assertThat(as("dora").migrate()).isFalse();
        assertThat(psql(PostgresScript.roles("workerd"))).isEmpty();
    }

    @Test
    void runTwiceItChangesNothing() throws Exception {
        make();
        run("ann", "insert into workerd.jobs (name) values ('mail')");
        assertThat(psql(PostgresScript.all("workerd"))).contains("relation \"schema_steps\" already exists");
        assertThat(rows("rita", "select count(*) from workerd.jobs")).containsExactly("1");
    }

    @Test
    void aDaemonsRoleWorksWithJobsAndMayNotChangeTheSchema() throws Exception {
        make();
        try (JobStore store = as("dora").openOrCreate()) {
            long id = store.transaction(
                            moves -> moves.enqueue(NewJob.named("mail").key("k").build()))
                    .id();
            store.transaction(moves -> {
                long daemon = moves.register(4711, "here", 1, Instant.EPOCH);
                Claim claim = moves.claim(daemon, moves.lanesWithReady(), 1, Instant.EPOCH)
                        .get(0);
                return moves.finish(
                        claim,
                        new Verdict.Dead(new Verdict.AttemptRow("failed", 1, null, "no"), null),
                        new Runner(4711, "here"),
                        Instant.EPOCH.plusSeconds(1));
            });
            run("dora", "insert into workerd.retries (id) values (" + id + ")");
            run("dora", "insert into workerd.cancellations (id) values (" + id + ")");
        }
        assertThat(rows("dora", "select state from workerd.job_status")).containsExactly("ready");
        mayNot("dora", "create table workerd.mine (id int)");
        mayNot("dora", "alter table workerd.jobs add column mine int");
        mayNot("dora", "drop view workerd.own_jobs");
    }

    @Test
    void whoEnqueuesSeesAndCancelsHisOwnAlone() throws Exception {
        make();
        run("ben", "insert into workerd.jobs (name) values ('of-ben')");
        assertThat(rows("ann", "insert into workerd.jobs (name, payload) values ('of-ann', 'x') returning id"))
                .containsExactly("2");

        assertThat(rows("ann", "select id, name, state, payload from workerd.own_jobs"))
                .containsExactly("2|of-ann|ready|x");
        run("ann", "insert into workerd.cancellations (id, reason) values (2, 'changed my mind')");
        mayNot("ann", "insert into workerd.cancellations (id) values (1)");

        for (String sql : List.of(
                "select payload from workerd.jobs",
                "select * from workerd.job_status",
                "delete from workerd.jobs",
                "update workerd.jobs set priority = 1",
                "insert into workerd.jobs (name, stored_by) values ('mail', 'ben')",
                "insert into workerd.jobs (id, name) overriding system value values (99, 'mail')",
                "insert into workerd.ready values (1, 1, 1, 0, 0)",
                "insert into workerd.retries (id) values (2)",
                "select workerd.retry_job(2, true)",
                "select * from workerd.keys",
                "select nextval('workerd.tokens')")) {
            mayNot("ann", sql);
        }
    }

    @Test
    void whoEnqueuesMayUseTheCommandToo() throws Exception {
        make();
        try (JobStore store = as("ann").open()) {
            Enqueued plain = store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
            assertThat(plain).isEqualTo(new Enqueued(1, true));
            Enqueued first = store.transaction(
                    moves -> moves.enqueue(NewJob.named("mail").key("k").build()));
            Enqueued again = store.transaction(
                    moves -> moves.enqueue(NewJob.named("mail").key("k").build()));
            assertThat(first.stored()).isTrue();
            assertThat(again).isEqualTo(new Enqueued(first.id(), false));
            List<Enqueued> batch = store.transaction(moves -> moves.enqueue(List.of(
                    NewJob.of("a"), NewJob.of("b"), NewJob.named("c").key("k").build())));
            assertThat(batch).extracting(Enqueued::stored).containsExactly(true, true, false);
        }
    }

    @Test
    void whoReadsSeesEverythingAndChangesNothing() throws Exception {
        make();
        run("ann", "insert into workerd.jobs (name, payload) values ('mail', 'secret')");
        run("ann", "insert into workerd.cancellations (id) values (1)");
        try (JobQueries queries = as("rita").openForReading()) {
            assertThat(queries.find(1).orElseThrow().payload()).isEqualTo("secret");
        }
        assertThat(rows("rita", "select id from workerd.cancellations")).containsExactly("1");
        mayNot("rita", "insert into workerd.jobs (name) values ('mail')");
        mayNot("rita", "insert into workerd.cancellations (id) values (1)");
        mayNot("rita", "delete from workerd.finished");
        assertThatThrownBy(() -> as("rita").open().transaction(moves -> moves.enqueue(NewJob.of("mail"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("permission denied for table jobs");
    }

    /** Whoever adds a column decides whether an application may set it. */
    @Test
    void everyColumnOfAJobIsOursOrTheWriters() throws Exception {
        make();
        assertThat(rows(
                        "dora",
                        "select column_name from information_schema.columns where table_schema = 'workerd'"
                                + " and table_name = 'jobs' and not has_column_privilege('workerd_enqueue',"
                                + " 'workerd.jobs', column_name, 'insert') order by 1"))
                .containsExactly("created_at", "id", "stored_by");
    }

    @Test
    void whoHasNoRightIsPointedToIt() {
        assertThatThrownBy(() -> as("ann").openOrCreate())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("or run the SQL that workerd schema prints");
        assertThatThrownBy(() -> as("ann").open())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("or have the SQL of workerd schema run");
    }
}
