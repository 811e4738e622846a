package org.workerd.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Columns;
import org.workerd.store.Moves.DaemonRow;

/** What the loop asks in each of its turns, whether or not there is anything to do. For one connection. */
final class TurnQueries {
    private final Statements statements;
    private final CombinedQuery<Work> work;
    private final CombinedQuery<Rest> rest;
    /** Of the transaction that runs; empty: it has none yet, as far as is known. */
    private String number = "";

    TurnQueries(Statements statements) {
        this.statements = statements;
        this.work = new CombinedQuery<>(statements, this::askForWork);
        this.rest = new CombinedQuery<>(statements, this::askForRest);
    }

    /**
     * What may be to do, but for claims.
     *
     * @param due when the first of what is scheduled is due; null: nothing is
     * @param unblocked jobs may have become unblocked
     */
    record Work(boolean cancellations, @Nullable Instant due, boolean unblocked) {
        boolean isDue(long now) {
            return due != null && due.toEpochMilli() <= now;
        }
    }

    Work work() {
        return work.answer();
    }

    /**
     * What comes after this turn, and who else there is.
     *
     * @param due null: nothing will be
     */
    record Rest(@Nullable Instant due, List<DaemonRow> daemons) {}

    Rest rest() {
        return rest.answer();
    }

    private static final String WORK =
            """
            select exists (select from cancellations) as cancellations, (select min(run_at) from scheduled) as due,
              exists (select from ended_parents) or exists (select from blocked where not sure) as unblocked
            """;

    private Work askForWork() {
        return statements
                .first(
                        WORK,
                        row -> new Work(
                                row.getBoolean("cancellations"),
                                Columns.instant(row, "due"),
                                row.getBoolean("unblocked")))
                .orElseThrow();
    }

    private static final String REST =
            """
            select
              case
                when exists (select from (select parent from ended_parents limit 1 for update skip locked) as ended)
                  or exists (
                    select from (
                      (select id from blocked where seen is null order by id limit 1000)
                      union all
                      (select id from blocked where not sure and seen is not null order by id desc limit 1000)) as child
                    where not exists (select from waits where child = child.id)
                      or exists (select from waits where child = child.id and state <> 'unfinished'))
                  then 0
                else (select min(run_at) from scheduled)
              end as due,
              coalesce(pg_current_xact_id_if_assigned()::text, '') as number,
              daemons.id, pid, host, slots, started_at
            from (select) as always left join daemons on true
            order by daemons.id
            """;

    private Rest askForRest() {
        List<DaemonRow> daemons = new ArrayList<>();
        List<Optional<Instant>> due = statements.list(REST, row -> {
            number = row.getString("number");
            if (Columns.number(row, "id") != null) {
                daemons.add(daemon(row));
            }
            return Optional.ofNullable(Columns.instant(row, "due"));
        });
        return new Rest(due.get(0).orElse(null), daemons);
    }

    /** A row with the columns of {@code daemons} that people know it by. */
    static DaemonRow daemon(ResultSet row) throws SQLException {
        return new DaemonRow(
                row.getLong("id"),
                row.getLong("pid"),
                row.getString("host"),
                row.getInt("slots"),
                Instant.ofEpochMilli(row.getLong("started_at")));
    }

    /** Only what changes anything has a number. */
    private static final String NUMBER = "select coalesce(pg_current_xact_id_if_assigned()::text, '')";

    /** Another statement has told it. */
    void noteNumber(String told) {
        number = told;
    }

    /** Of the transaction that runs; empty: it has changed nothing. */
    String number() {
        if (number.isEmpty() && !rest.isFresh()) {
            number = statements.first(NUMBER, row -> row.getString(1)).orElse("");
        }
        return number;
    }

    void ended() {
        work.forget();
        rest.forget();
        number = "";
    }
}
