package org.workerd.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.workerd.store.StoreException;

/** Makes the schema, or brings it up to date, in one transaction; of many who try at once one does it. */
final class PostgresMigration {
    private final PostgresDatabase database;
    private final int to;
    private final List<String> steps;

    /**
     * Nothing is done yet.
     *
     * @param steps of all versions up to this one, the first from nothing
     */
    PostgresMigration(PostgresDatabase database, int to, List<String> steps) {
        this.database = database;
        this.to = to;
        this.steps = steps;
    }

    /** Whoever else migrates is waited for; whoever uses the tables holds nothing up for longer than this. */
    private static final String BEGIN =
            """
            select pg_advisory_xact_lock(hashtext('workerd'), hashtext(?)), set_config('lock_timeout', '5s', true)
            """;

    private static final String NOTE_STEP =
            "insert into schema_steps (number, at, program) select number, now(), ? from generate_series(?, ?) as number";

    /** False: it is of this version already. */
    boolean migrate() {
        try (Connection connection = database.connectToWrite()) {
            boolean changed = migrate(connection);
            connection.commit();
            return changed;
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** In the transaction of whoever asks. */
    boolean migrate(Connection connection) {
        try (Statements statements = new Statements(connection, this::failed)) {
            // The server's own plans are best for what is done once.
            statements.first(BEGIN, row -> true, database.url().schema());
            int from = database.version(statements);
            if (from < to) {
                migrate(connection, statements, from);
            }
            return from < to;
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private void migrate(Connection connection, Statements statements, int from) throws SQLException {
        String schema = database.url().schema();
        try (java.sql.Statement statement = connection.createStatement()) {
            if (from == 0) {
                statement.execute(PostgresSchema.begin(schema));
            }
            for (String step : steps.subList(from, to)) {
                statement.execute(step);
            }
        }
        statements.update(NOTE_STEP, PostgresSchema.program(), from + 1, to);
    }

    private StoreException failed(SQLException failure) {
        StoreException told = database.translate(to == 1 ? "cannot make" : "cannot bring up to date", failure);
        if (told.kind() != StoreException.Kind.NOT_PERMITTED) {
            return told;
        }
        return new StoreException(
                told.kind(),
                told.getMessage() + "; let somebody who may do it grant create on database "
                        + database.url().database() + " to " + database.url().user()
                        + ", or run the SQL that workerd schema prints",
                failure);
    }
}
