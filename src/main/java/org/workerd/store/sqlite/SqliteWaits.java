package org.workerd.store.sqlite;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Rate;
import org.workerd.store.Columns;
import org.workerd.store.JsonList;
import org.workerd.store.WaitQueries;

/** What holds jobs back, in SQL. */
final class SqliteWaits implements WaitQueries {
    private final Statements statements;
    private final SqliteRates rates;

    SqliteWaits(Statements statements) {
        this.statements = statements;
        this.rates = new SqliteRates(statements);
    }

    private static final String RUNNING = "select queue, name, running from lanes where running > 0";

    @Override
    public List<Running> running() {
        return statements.list(RUNNING, row -> new Running(row.getString(1), row.getString(2), row.getInt(3)));
    }

    private static final String OF_QUEUE =
            """
            select r.id from running r join lanes l on l.id = r.lane
            where l.queue = ?
            order by r.id
            limit ?
            """;

    @Override
    public List<Long> runningOfQueue(String queue, int most) {
        return statements.list(OF_QUEUE, row -> row.getLong(1), queue, most);
    }

    private static final String OF_NAME =
            """
            select r.id from running r join lanes l on l.id = r.lane
            where l.name = ?
            order by r.id
            limit ?
            """;

    @Override
    public List<Long> runningOfName(String name, int most) {
        return statements.list(OF_NAME, row -> row.getLong(1), name, most);
    }

    private static final String FIRST_MISSING =
            """
            select value from json_each(?) as asked
            where not exists (select 1 from jobs where id = asked.value)
            order by asked.key limit 1
            """;

    @Override
    public Optional<Long> firstMissing(List<Long> ids) {
        return statements.first(FIRST_MISSING, row -> row.getLong(1), JsonList.ofNumbers(ids));
    }

    private static final String OPEN_PARENTS =
            """
            select p.id, p.state
            from jobs j join json_each(j."after") as parent join job_status p on p.id = parent.value
            where j.id = ? and p.state <> 'done'
            limit ?
            """;

    @Override
    public List<Parent> openParents(long id, int most) {
        return statements.list(
                OPEN_PARENTS, row -> new Parent(row.getLong(1), Columns.stateOf(row.getString(2))), id, most);
    }

    @Override
    public Optional<Instant> queueHasRoomAt(String queue, Rate rate, Instant now) {
        return rates.queueHasRoomAt(queue, rate, now.toEpochMilli()).map(Instant::ofEpochMilli);
    }

    @Override
    public Optional<Instant> nameHasRoomAt(String name, Rate rate, Instant now) {
        return rates.nameHasRoomAt(name, rate, now.toEpochMilli()).map(Instant::ofEpochMilli);
    }
}
