package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.workerd.PostgresCluster;
import org.workerd.job.NewJob;
import org.workerd.store.Health;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.ServerState;
import org.workerd.store.StoreException;
import org.workerd.store.Stranger;

/** What a queue on a server says of itself and of the server. */
class PostgresHealthTest {
    private final TestQueue queue = new TestQueue();

    private <T> T health(Function<Health, T> question) {
        try (Health health = queue.database().health()) {
            return question.apply(health);
        }
    }

    private ServerState server() {
        return health(Health::server).orElseThrow();
    }

    @Test
    void aWholeQueueHasNothingToBeSaidOf() {
        try (JobStore store = queue.database().openOrCreate()) {
            store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
        }
        assertThat(health(Health::disagreements)).isEmpty();
        Optional<String> damage = health(health -> health.damage(true));
        assertThat(damage).isEmpty();
        assertThat(health(Health::version)).isEqualTo(PostgresSchema.VERSION);
        assertThat(health(Health::strangers)).isEmpty();
    }

    @Test
    void whatSomebodyHasAddedToItsTablesIsToldAndHowToRemoveIt() throws SQLException {
        queue.database().openOrCreate().close();
        queue.run(PostgresScript.roles(queue.schema()));
        queue.run("create table mine (id bigint)");
        queue.run("create rule quiet as on insert to mine do instead nothing");
        queue.run("create function noted() returns trigger language plpgsql as 'begin return null; end'");
        queue.run("create trigger noted after insert on mine execute function noted()");
        assertThat(health(Health::strangers)).isEmpty();

        queue.run("create trigger \"My own\" after insert on running execute function noted()");
        queue.run("create rule lost as on delete to ready do instead nothing");
        queue.run("create policy hidden on jobs using (false); alter table jobs enable row level security");
        queue.run("alter table jobs disable trigger jobs_leave");
        queue.run("drop trigger jobs_enter on jobs");
        queue.run("drop trigger cancellations_checked on cancellations;"
                + " create trigger cancellations_checked before insert on cancellations execute function noted()");
        assertThat(strangers())
                .containsExactlyInAnyOrder(
                        "the trigger My own on running differs from workerd's schema: drop trigger \"My own\" on S.running",
                        "the rule lost on ready differs from workerd's schema: drop rule lost on S.ready",
                        "the policy hidden on jobs differs from workerd's schema: drop policy hidden on S.jobs",
                        "the row level security on jobs differs from workerd's schema:"
                                + " alter table S.jobs disable row level security",
                        "the trigger jobs_leave on jobs is disabled: alter table S.jobs enable trigger jobs_leave",
                        "the trigger jobs_enter on jobs is missing: null",
                        "the trigger cancellations_checked on cancellations differs from workerd's schema:"
                                + " drop trigger cancellations_checked on S.cancellations");
        assertThat(health(Health::strangers).stream().filter(stranger -> !stranger.serious()))
                .extracting(Stranger::what)
                .containsExactly("the trigger My own on running differs from workerd's schema");
        Stranger rule = health(Health::strangers).stream()
                .filter(stranger -> stranger.what().contains("rule"))
                .findFirst()
                .orElseThrow();
        assertThat(this.<String>health(health -> health.command(rule)))
                .isEqualTo("as the owner of the schema: drop rule lost on " + queue.schema() + ".ready");
    }

    private List<String> strangers() {
        return health(Health::strangers).stream()
                .map(stranger -> stranger.what() + ": " + stranger.drop())
                .map(line -> line.replace(queue.schema() + ".", "S."))
                .toList();
    }

    @Test
    void whatFailsInAFunctionOfSomebodyElseNamesItAndWhatFailsInOursDoesNot() throws SQLException {
        try (JobStore store = queue.database().openOrCreate()) {
            queue.run("create schema audit" + queue.schema()
                    + "; create function audit" + queue.schema() + ".count_it() returns trigger language plpgsql"
                    + " as 'begin insert into nowhere values (1); return null; end';"
                    + " create trigger mine after insert on ready execute function audit" + queue.schema()
                    + ".count_it()");
            assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(NewJob.of("mail"))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageEndingWith("relation \"nowhere\" does not exist (in the function audit" + queue.schema()
                            + ".count_it, which is not workerd's: workerd doctor lists foreign triggers)");
        }
        assertThat(PostgresOwnSchema.foreignFunction(
                        "PL/pgSQL function jobs_enter() line 3 at RAISE\nSQL statement \"x\""))
                .isEmpty();
        assertThat(PostgresOwnSchema.foreignFunction(null)).isEmpty();
        assertThat(PostgresOwnSchema.foreignFunction(
                        "SQL function \"mine\" statement 1\nPL/pgSQL function jobs_enter() line 3"))
                .contains("mine");
    }

    @Test
    void whereThereIsNoneThatIsSaid() {
        assertThatThrownBy(() -> health(Health::version))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("there is no queue in the schema");
    }

    @Test
    void tablesThatContradictEachOtherAreTold() throws SQLException {
        try (JobStore store = queue.database().openOrCreate()) {
            store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
        }
        queue.run(
                "delete from ready; insert into keys values ('k', 99);"
                        + " insert into finished (id, lane, state, attempt, forgiven, finished_at) values (77, 1, 'done', 1, 0, 1)");
        assertThat(health(Health::disagreements))
                .containsExactly(
                        "jobs in no state (1)",
                        "states of jobs that do not exist (1)",
                        "keys held by jobs that have ended or do not exist (1)");
    }

    @Test
    void theServerTellsItsSettingsSessionsAndTables() {
        queue.database().openOrCreate().close();
        ServerState state = server();
        assertThat(state.identity().version()).matches("\\d+\\.\\d+.*");
        assertThat(state.identity().user()).isEqualTo(PostgresCluster.USER);
        assertThat(state.pooled()).isFalse();
        // As the tests' servers are started.
        assertThat(state.off()).containsExactly("autovacuum", "fsync");
        assertThat(state.load().most()).isEqualTo(200);
        assertThat(state.load().sessions()).isBetween(1, 200);
        assertThat(state.lacking()).isEmpty();
        assertThat(state.tables())
                .extracting(ServerState.Table::name)
                .contains("jobs", "ready", "running", "finished")
                .doesNotContain("pg_class");
        assertThat(state.standbys()).isEmpty();
    }

    @Test
    void aTransactionThatHoldsBackVacuumIsTold() throws SQLException {
        queue.database().openOrCreate().close();
        try (Connection other = queue.connect();
                Statement statement = other.createStatement()) {
            statement.execute("set application_name = 'report of the month'");
            other.setAutoCommit(false);
            other.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("select from jobs");
            int pid = other.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            assertThat(server().holders())
                    .filteredOn(holder -> holder.release().equals("select pg_terminate_backend(" + pid + ")"))
                    .singleElement()
                    .satisfies(holder -> {
                        assertThat(holder.who())
                                .isEqualTo("the session with pid " + pid
                                        + ", user postgres, from 127.0.0.1, report of the month, idle in transaction");
                        assertThat(holder.since()).isGreaterThanOrEqualTo(Duration.ZERO);
                    });
        }
    }

    @Test
    void theRightsThatAUserLacksAreTold() throws SQLException {
        queue.database().openOrCreate().close();
        queue.run("create role reader" + queue.schema() + " login;"
                + " grant usage on schema " + queue.schema() + " to reader" + queue.schema() + ";"
                + " grant select on all tables in schema " + queue.schema() + " to reader" + queue.schema());
        String user = "reader" + queue.schema();
        String url = queue.cluster().url(user, PostgresCluster.USER, queue.schema());
        try (Health health =
                new PostgresDatabase(QueueUrl.Postgres.parse(url), Map.of(), Duration.ofSeconds(5)).health()) {
            ServerState state = health.server().orElseThrow();
            assertThat(state.identity().seesAll()).isFalse();
            assertThat(state.lacking())
                    .contains(
                            "delete, insert, update on jobs",
                            "usage on sequence tokens",
                            "execute on function retry_job");
        }
    }
}
