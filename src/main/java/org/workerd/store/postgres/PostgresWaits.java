package org.workerd.store.postgres;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Rate;
import org.workerd.store.Columns;
import org.workerd.store.WaitQueries;

/** What holds jobs back, in SQL. */
final class PostgresWaits implements WaitQueries {
    private final Statements statements;
    private final PostgresRates rates;

    PostgresWaits(Statements statements) {
        this.statements = statements;
        this.rates = new PostgresRates(statements);
    }

    private static final String RUNNING =
            "select queue, name, count(*) from running join jobs on jobs.id = running.id group by queue, name";

    @Override
    public List<Running> running() {
        return statements.list(RUNNING, row -> new Running(row.getString(1), row.getString(2), row.getInt(3)));
    }

    private static final String OF_QUEUE =
            """
            select running.id from running join jobs on jobs.id = running.id
            where queue = ?
            order by running.id
            limit ?
            """;

    @Override
    public List<Long> runningOfQueue(String queue, int most) {
        return statements.list(OF_QUEUE, row -> row.getLong(1), queue, most);
    }

    private static final String OF_NAME =
            """
            select running.id from running join jobs on jobs.id = running.id
            where name = ?
            order by running.id
            limit ?
            """;

    @Override
    public List<Long> runningOfName(String name, int most) {
        return statements.list(OF_NAME, row -> row.getLong(1), name, most);
    }

    private static final String FIRST_MISSING =
            """
            select id from unnest(?::bigint[]) with ordinality as asked (id, place)
            where not exists (select from jobs where jobs.id = asked.id)
            order by place limit 1
            """;

    @Override
    public Optional<Long> firstMissing(List<Long> ids) {
        return statements.first(FIRST_MISSING, row -> row.getLong(1), (Object) ids.toArray(Long[]::new));
    }

    private static final String OPEN_PARENTS =
            """
            select parent.id, parent.state
            from jobs cross join lateral job_ids(jobs."after") as after (id) join job_status parent on parent.id = after.id
            where jobs.id = ? and parent.state <> 'done'
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
