package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.workerd.store.QueueUrl;

/**
 * The least that PostgreSQL has to do for a queue: rows with one index, no rules, no triggers, no guards, nobody else. What a
 * bench compares with. As durable as the queue is. One connection, for one thread.
 */
public final class PostgresBareLoops implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String TABLES =
            """
            create table if not exists bare_work (
              id bigint generated always as identity primary key, name text not null, payload text, args text not null,
              queue text not null, priority smallint not null, run_at bigint, created_at bigint not null
            );
            create table if not exists bare_waiting (id bigint primary key);
            create table if not exists bare_running (id bigint primary key, started_at bigint not null);
            create table if not exists bare_ended (
              id bigint primary key, state text not null, started_at bigint not null, finished_at bigint not null
            );
            """;

    private final PostgresDatabase database;
    private final Connection connection;
    private final Statements statements;

    private PostgresBareLoops(PostgresDatabase database) {
        this.database = database;
        this.connection = database.connectToWrite();
        this.statements = new Statements(connection, failure -> database.translate("cannot measure", failure));
    }

    /** In the schema of this queue, beside its tables. */
    public static PostgresBareLoops open(QueueUrl.Postgres url) {
        PostgresBareLoops loops = new PostgresBareLoops(new PostgresDatabase(url, System.getenv(), PATIENCE));
        loops.run(TABLES);
        return loops;
    }

    /** Removes the schema and all that is in it. */
    public void dropSchema() {
        run("drop schema if exists " + database.url().schema() + " cascade");
    }

    private static final String INSERT =
            """
            insert into bare_work (name, payload, args, queue, priority, created_at)
            values ('noop', ?, '[]', 'default', 0, 0)
            """;

    /** One row in a transaction of its own. */
    public void insert(String payload) {
        statements.update(INSERT, payload);
        commit();
    }

    private static final String INSERT_MANY =
            """
            insert into bare_work (name, payload, args, queue, priority, created_at)
            select 'noop', ?, '[]', 'default', 0, 0 from generate_series(1, ?)
            """;

    private static final String INSERT_JOB = "insert into jobs (name, payload) values ('noop', ?)";

    /** One job, as any program would store it, in a transaction of its own. */
    public void insertJob(String payload) {
        statements.update(INSERT_JOB, payload);
        commit();
    }

    /** Empties the queue of everything, which only a bench's own queue can stand. */
    public void forgetJobs() {
        run("truncate jobs, ready, scheduled, blocked, finished, attempts, tallies");
    }

    private static final String TAKEN =
            "select max(finished_at) - min(started_at) from finished where id between ? and ?";

    /** From the first one's start to the last one's end of the jobs with these ids, in milliseconds. */
    public long millisTaken(long first, long last) {
        long millis = statements.number(TAKEN, first, last);
        commit();
        return millis;
    }

    private static final String ENDED = "select count(*) from finished where id between ? and ?";

    /** How many of the jobs with these ids have ended. */
    public long ended(long first, long last) {
        long count = statements.number(ENDED, first, last);
        commit();
        return count;
    }

    private static final String TRANSACTIONS =
            "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()";

    /** How many there have been in this database, of anybody, as far as the server has counted. */
    public long transactions() {
        long count = statements.number(TRANSACTIONS);
        commit();
        return count;
    }

    /** So many rows in one transaction. */
    public void insert(int count, String payload) {
        statements.update(INSERT_MANY, payload, count);
        commit();
    }

    private static final String FILL =
            """
            with fresh as (
              insert into bare_work (name, payload, args, queue, priority, created_at)
              select 'noop', ?, '[]', 'default', 0, 0 from generate_series(1, ?) returning id)
            insert into bare_waiting select id from fresh
            """;

    /** Has so many rows, new ones, wait to be claimed. */
    public void fill(int count, String payload) {
        statements.update(FILL, payload, count);
        commit();
    }

    private static final String FINISH =
            """
            with gone as (delete from bare_running where id = any(?) returning id, started_at)
            insert into bare_ended (id, state, started_at, finished_at) select id, 'done', started_at, 0 from gone
            """;

    private static final String CLAIM =
            """
            with gone as (
              delete from bare_waiting where id in (
                select id from bare_waiting order by id limit ? for update skip locked)
              returning id),
            ran as (insert into bare_running (id, started_at) select id, 0 from gone returning id)
            select ran.id, name, payload, args from ran join bare_work on bare_work.id = ran.id
            """;

    /** Every row that waits: claimed in one transaction, ended in the next one, which claims others, too. */
    public void claimAndFinish(int each) {
        Long[] claimed = {};
        do {
            if (claimed.length > 0) {
                statements.update(FINISH, (Object) claimed);
            }
            claimed = statements.list(CLAIM, row -> row.getLong(1), each).toArray(Long[]::new);
            commit();
        } while (claimed.length > 0);
    }

    private void run(String sql) {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute(sql);
            connection.commit();
        } catch (SQLException failure) {
            throw database.translate("cannot measure", failure);
        }
    }

    private void commit() {
        try {
            connection.commit();
        } catch (SQLException failure) {
            throw database.translate("cannot measure", failure);
        }
    }

    @Override
    public void close() {
        statements.close();
        database.close(connection);
    }
}
