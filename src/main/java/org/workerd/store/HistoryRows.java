package org.workerd.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.workerd.job.Activity;
import org.workerd.store.JobQueries.Moment;

/** Rows of the history, which have the same columns in every engine. Stateless. */
public final class HistoryRows {
    private HistoryRows() {}

    /**
     * A step's begin, then the numbers of {@link Activity}.
     *
     * @param ready by the begin of a step, how many jobs were ready
     */
    public static Moment moment(ResultSet row, Map<Long, Long> ready) throws SQLException {
        long[] numbers = new long[Activity.NUMBERS];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = row.getLong(2 + i);
        }
        long begin = row.getLong(1);
        return new Moment(Instant.ofEpochMilli(begin), Activity.of(numbers), ready.getOrDefault(begin, 0L));
    }
}
