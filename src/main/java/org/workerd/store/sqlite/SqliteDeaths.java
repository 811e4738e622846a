package org.workerd.store.sqlite;

import java.util.List;
import java.util.Set;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries.Cause;
import org.workerd.store.JobQueries.Deaths;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JsonList;
import org.workerd.store.Walk;

/** Counts what died lately, in bounded time however many died before. For one thread, inside a transaction. */
final class SqliteDeaths {
    static final int FARTHEST = 10_000;
    private static final Filter DEAD = Filter.ALL.withStates(Set.of(JobState.DEAD));

    private final Statements statements;

    SqliteDeaths(Statements statements) {
        this.statements = statements;
    }

    private static final String ERRORS =
            """
            select coalesce(substr(error, 1, 200), ''), count(*)
            from finished
            where id in (select value from json_each(?1)) and finished_at >= ?2
            group by 1
            order by count(*) desc, max(finished_at) desc
            """;

    Deaths since(long time) {
        Walk walk = new Walk(new SqlitePlaces(statements).of(DEAD), 1_000);
        List<Long> newest = walk.next(FARTHEST);
        List<Cause> errors = statements.list(
                ERRORS, row -> new Cause(row.getString(1), row.getLong(2)), JsonList.ofNumbers(newest), time);
        return Deaths.of(newest.size() < FARTHEST, errors);
    }
}
