package org.workerd.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Brings a queue's schema up to date in one transaction, after a copy of what was there has its name beside it. Nobody
 * else writes meanwhile, and what fails changes nothing.
 */
final class SqliteMigration {
    private final SqliteDatabase database;
    private final int to;
    private final List<String> steps;

    /**
     * Nothing is done yet.
     *
     * @param steps of all versions up to this one, the first from nothing
     */
    SqliteMigration(SqliteDatabase database, int to, List<String> steps) {
        this.database = database;
        this.to = to;
        this.steps = steps;
    }

    /** The copy of the queue as it was; empty: it was of this version. */
    Optional<Path> migrate() {
        try (Connection connection = database.connect()) {
            return SqliteRecognition.version(connection) >= to ? Optional.empty() : migrate(connection);
        } catch (SQLException failure) {
            throw database.translate("cannot migrate", failure);
        } catch (IOException failure) {
            throw SqliteErrors.translate("cannot save a copy of the queue " + database.file(), failure);
        }
    }

    private Optional<Path> migrate(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("begin immediate");
            Path copy;
            try {
                int from = SqliteRecognition.version(connection);
                if (from >= to) { // another daemon was first
                    statement.execute("rollback");
                    return Optional.empty();
                }
                SqliteOwnSchema.check(connection, database, from);
                // A reader of its own: it sees what was committed, and that cannot change now.
                copy = keepCopy(from);
                for (String step : steps.subList(from, to)) {
                    statement.executeUpdate(step);
                }
                statement.execute("pragma user_version = " + to);
                statement.execute("commit");
            } catch (SQLException | IOException | RuntimeException failure) {
                connection.createStatement().executeUpdate("rollback");
                throw failure;
            }
            // Whoever looks at the file's header alone shall find the new version there.
            statement.execute("pragma wal_checkpoint(truncate)");
            return Optional.of(copy);
        }
    }

    private Path keepCopy(int version) throws IOException {
        Path copy = free(version);
        try (SqliteBackup backup = database.backup(copy)) {
            backup.write();
            backup.publish();
        }
        return copy;
    }

    /** One from an earlier attempt stays: jobs may have been stored since. */
    private Path free(int version) {
        String name = database.file().getFileName() + ".schema-" + version;
        Path copy = database.file().resolveSibling(name);
        for (int number = 2; Files.exists(copy); number++) {
            copy = database.file().resolveSibling(name + "." + number);
        }
        return copy;
    }
}
