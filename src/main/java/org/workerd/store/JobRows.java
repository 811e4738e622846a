package org.workerd.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Progress;

/** Rows of the views {@code job_status} and {@code job_attempts}, which have the same columns in every engine. Stateless. */
public final class JobRows {
    /**
     * What {@link #job} reads of {@code job_status}: what it waits for is found out better elsewhere, and costs something. With
     * the column {@code own_max_attempts} besides: what the job itself says.
     */
    public static final String COLUMNS =
            """
            id, name, queue, state, priority, args, payload, run_at, attempt, max_attempts, last_attempt, key, "after",
            timeout_ms, created_at, started_at, finished_at, exit_code, signal, error, result, progress, tags, cron,
            (select max_attempts from jobs where jobs.id = job_status.id) as own_max_attempts
            """;

    private JobRows() {}

    /** A row with {@link #COLUMNS}. */
    public static JobView job(ResultSet row) throws SQLException {
        return new JobView(
                row.getLong("id"),
                row.getString("name"),
                row.getString("queue"),
                Columns.stateOf(row.getString("state")),
                row.getInt("priority"),
                readable(row.getString("args")),
                row.getString("payload"),
                Columns.instant(row, "run_at"),
                row.getInt("attempt"),
                Columns.integer(row, "own_max_attempts"),
                row.getInt("last_attempt") - row.getInt("max_attempts"),
                row.getString("key"),
                JsonList.numbers(row.getString("after")),
                Columns.number(row, "timeout_ms"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "finished_at"),
                Columns.integer(row, "exit_code"),
                Columns.integer(row, "signal"),
                row.getString("error"),
                row.getString("result"),
                progress(row.getString("progress")),
                readable(row.getString("tags")),
                row.getString("cron"));
    }

    public static JobView.Attempt attempt(ResultSet row) throws SQLException {
        return new JobView.Attempt(
                row.getInt("number"),
                Instant.ofEpochMilli(row.getLong("started_at")),
                Columns.instant(row, "finished_at"),
                row.getString("outcome"),
                Columns.integer(row, "exit_code"),
                Columns.integer(row, "signal"),
                row.getString("error"),
                Columns.number(row, "daemon_pid"),
                row.getString("host"));
    }

    /** What somebody wrote past the rules is shown as it stands. */
    private static List<String> readable(String list) {
        try {
            return JsonList.strings(list);
        } catch (StoreException broken) {
            return List.of(list);
        }
    }

    /** What the view says of it, as JSON. */
    private static @Nullable Progress progress(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            Map<String, @Nullable Object> fields = JsonReader.object(json);
            int percent = fields.get("percent") instanceof Number number ? number.intValue() : 0;
            Object message = fields.get("message");
            return new Progress(Math.max(0, Math.min(100, percent)), message == null ? null : message.toString());
        } catch (IllegalArgumentException broken) {
            throw new StoreException(StoreException.Kind.DAMAGED, "a progress is not JSON: " + json, broken);
        }
    }
}
