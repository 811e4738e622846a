package org.workerd.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;

/** What a column holds, where the same holds for every engine. Stateless. */
public final class Columns {
    private Columns() {}

    public static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    public static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** Of milliseconds since the epoch. */
    public static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /** The same the other way. */
    public static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    /**
     * The state of this word.
     *
     * @throws StoreException DAMAGED, when there is none
     */
    public static JobState stateOf(String word) {
        return JobState.ofWord(word)
                .orElseThrow(() -> new StoreException(StoreException.Kind.DAMAGED, "no job has the state " + word));
    }
}
