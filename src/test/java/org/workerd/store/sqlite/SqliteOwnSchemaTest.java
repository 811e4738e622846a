package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;
import org.workerd.store.Stranger;

/** What somebody else put into the schema of a queue. */
final class SqliteOwnSchemaTest {
    @TempDir
    Path directory;

    private SqliteDatabase queue;

    @BeforeEach
    void make() {
        queue = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10));
        queue.openOrCreate().close();
    }

    private void run(String... statements) throws SQLException {
        try (Sql sql = Sql.open(queue.file())) {
            for (String statement : statements) {
                sql.run(statement);
            }
        }
    }

    @Test
    void oneThatWorkerdMadeIsInOrder() {
        assertThat(queue.checkSchema()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create trigger mine after insert on running begin select 1; end | the trigger mine on running"
                        + " | DROP TRIGGER mine",
                "create trigger mine after insert on JOBS begin select 1; end | the trigger mine on JOBS"
                        + " | DROP TRIGGER mine",
                "create trigger mine instead of insert on job_status begin select 1; end"
                        + " | the trigger mine on job_status | DROP TRIGGER mine",
                "create unique index mine on jobs (name) | the index mine on jobs | DROP INDEX mine",
                "create trigger \"a'; rm -rf x\" after insert on jobs begin select 1; end"
                        + " | the trigger a'; rm -rf x on jobs | DROP TRIGGER NAME",
                "alter table lanes add column mine text | the table lanes | ''"
            })
    void whatRunsInOurTransactionsIsRefusedWithTheStatementThatRemovesIt(String statement, String what, String drop)
            throws SQLException {
        run(statement);
        assertThatThrownBy(queue::checkSchema)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(what + " differs from workerd's schema")
                .hasMessageEndingWith(
                        drop.isEmpty()
                                ? "workerd's schema"
                                : "; remove it: sqlite3 " + queue.file() + " '" + drop + "'")
                .extracting(refusal -> ((StoreException) refusal).kind())
                .isEqualTo(StoreException.Kind.FOREIGN);
        try (SqliteHealth health = queue.health()) {
            assertThat(health.strangers())
                    .singleElement()
                    .extracting(Stranger::what)
                    .isEqualTo(what + " differs from workerd's schema");
        }
    }

    @Test
    void aViewOfOursThatIsAnotherNowIsRefusedAndOnceItIsDroppedMadeAnew() throws SQLException {
        run("drop view job_status", "create view job_status as select 1 as id", "drop trigger jobs_keyed");
        assertThatThrownBy(queue::checkSchema)
                .hasMessageContaining("the view job_status differs from workerd's schema; remove it: sqlite3");
        run("drop view job_status");
        assertThat(queue.checkSchema()).containsExactly("the view job_status", "the trigger jobs_keyed on jobs");
        assertThat(queue.checkSchema()).isEmpty();
    }

    @Test
    void tablesAndViewsOfSomebodysOwnMayStay() throws SQLException {
        run(
                "create table orders (id integer primary key, job integer references jobs (id))",
                "create index orders_of_jobs on orders (job)",
                "create trigger orders_are_jobs after insert on orders begin insert into jobs (name) values ('x'); end",
                "create view my_jobs as select * from job_status where queue = 'mine'");
        assertThat(queue.checkSchema()).isEmpty();
    }

    @Test
    void aReleasedQueueWithAStrangeTriggerIsNotMigrated() throws Exception {
        SqliteDatabase old =
                new SqliteDatabase(ReleasedQueues.write("0.1.0", directory.resolve("old.db")), Duration.ofSeconds(10));
        try (Sql sql = Sql.open(old.file())) {
            sql.run("create trigger mine after update on finished begin select 1; end");
            assertThatThrownBy(old::migrate)
                    .hasMessageContaining("the trigger mine on finished differs from workerd's schema");
            assertThat(sql.rows("pragma user_version")).containsExactly("1");
            sql.run("drop trigger mine");
        }
        assertThat(old.migrate()).isPresent();
        assertThat(old.checkSchema())
                .as("what a migration makes is what a new queue has")
                .isEmpty();
    }

    private static final String ENDLESS =
            "create trigger mine after insert on ready begin insert into starts (scope, at, count)"
                    + " select 'x', n, 1 from (with recursive c(n) as (select 1 union all select n + 1 from c)"
                    + " select n from c) where n < 0; end";

    @Test
    void aTransactionThatComputesForTooLongIsEndedAndTheNextOneWorks() throws SQLException {
        try (JobStore store = queue.open()) {
            store.limitTransactions(Duration.ofMillis(50));
            run(ENDLESS);
            assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(NewJob.of("mail"))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("it took too long and was aborted");
            run("drop trigger mine");
            assertThat(store.transaction(moves -> moves.enqueue(NewJob.of("mail")))
                            .id())
                    .isEqualTo(1);
        }
    }

    @Test
    void oneThatIsAtItEndsWhenTheLimitIsLowered() throws Exception {
        try (JobStore store = queue.open()) {
            store.limitTransactions(Duration.ofDays(1));
            run(ENDLESS);
            Thread other = new Thread(() -> store.limitTransactions(Duration.ofMillis(1)));
            assertThatThrownBy(() -> store.transaction(moves -> {
                        other.start();
                        return moves.enqueue(NewJob.of("mail"));
                    }))
                    .hasMessageContaining("it took too long and was aborted");
            other.join();
        }
    }
}
