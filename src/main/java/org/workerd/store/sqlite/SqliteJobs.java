package org.workerd.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.store.JobView;
import org.workerd.store.JsonList;
import org.workerd.store.StoreException;

/** Jobs and attempts as people see them, out of the views; also what the transaction at hand has made of them. */
final class SqliteJobs {
    private final Statements statements;

    SqliteJobs(Statements statements) {
        this.statements = statements;
    }

    private static final String FIND =
            """
            select *, (select max_attempts from jobs where jobs.id = job_status.id) as own_max_attempts
            from job_status where id = ?
            """;

    Optional<JobView> find(long id) {
        return statements.first(FIND, SqliteJobs::job, id);
    }

    private static final String ATTEMPTS =
            """
            select number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid
            from job_attempts where id = ? order by number
            """;

    List<JobView.Attempt> attempts(long id) {
        return statements.list(ATTEMPTS, SqliteJobs::attempt, id);
    }

    private static final String OF_IDS =
            """
            select *, (select max_attempts from jobs where jobs.id = job_status.id) as own_max_attempts
            from job_status where id in (select value from json_each(?))
            order by id desc
            """;

    List<JobView> newestFirst(List<Long> ids) {
        return statements.list(OF_IDS, SqliteJobs::job, JsonList.ofNumbers(ids));
    }

    private static JobView job(ResultSet row) throws SQLException {
        return new JobView(
                row.getLong("id"),
                row.getString("name"),
                row.getString("queue"),
                SqliteMoves.stateOf(row.getString("state")),
                row.getInt("priority"),
                readable(row.getString("args")),
                row.getString("payload"),
                instant(row, "run_at"),
                row.getInt("attempt"),
                Statements.integer(row, "own_max_attempts"),
                row.getInt("last_attempt") - row.getInt("max_attempts"),
                row.getString("key"),
                JsonList.numbers(row.getString("after")),
                Statements.number(row, "timeout_ms"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                instant(row, "started_at"),
                instant(row, "finished_at"),
                Statements.integer(row, "exit_code"),
                Statements.integer(row, "signal"),
                row.getString("error"),
                row.getString("result"),
                SqliteProgress.read(row.getString("progress")),
                row.getString("cron"));
    }

    /** What somebody wrote past the rules is shown as it stands. */
    private static List<String> readable(String args) {
        try {
            return JsonList.strings(args);
        } catch (StoreException broken) {
            return List.of(args);
        }
    }

    private static JobView.Attempt attempt(ResultSet row) throws SQLException {
        return new JobView.Attempt(
                row.getInt("number"),
                Instant.ofEpochMilli(row.getLong("started_at")),
                instant(row, "finished_at"),
                row.getString("outcome"),
                Statements.integer(row, "exit_code"),
                Statements.integer(row, "signal"),
                row.getString("error"),
                Statements.number(row, "daemon_pid"));
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = Statements.number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
