package org.workerd.store.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.store.Moves.DaemonRow;

/** The rows of daemons, and those daemons that have none but claims. For one connection. */
final class PostgresDaemons {
    /** To find those without a row, all that runs is read. */
    private static final Duration BETWEEN_SEARCHES = Duration.ofSeconds(1);

    private final Statements statements;
    private final TurnQueries turn;
    private List<DaemonRow> withoutRow = List.of();
    /** With a row, when they were asked for last. */
    private Set<Long> listed = Set.of();

    private long searchedAt = System.nanoTime() - BETWEEN_SEARCHES.toNanos();

    PostgresDaemons(Statements statements, TurnQueries turn) {
        this.statements = statements;
        this.turn = turn;
    }

    private static final String REGISTER =
            "insert into daemons (pid, host, slots, started_at) values (?, ?, ?, ?) returning id";

    long register(long pid, String host, int slots, long now) {
        return statements.number(REGISTER, pid, PostgresText.shown(host), slots, now);
    }

    List<DaemonRow> all() {
        if (System.nanoTime() - searchedAt >= BETWEEN_SEARCHES.toNanos()) {
            search();
        }
        List<DaemonRow> withRow = turn.rest().daemons();
        Set<Long> ids = withRow.stream().map(DaemonRow::id).collect(Collectors.toSet());
        if (!ids.containsAll(listed)) {
            search();
        }
        listed = ids;
        return Stream.concat(withRow.stream(), withoutRow.stream()).toList();
    }

    /** Claims of a daemon whose row somebody removed by hand are a dead daemon's too. */
    private static final String WITHOUT_ROW =
            """
            select distinct claimed_by as id, 0 as pid, '' as host, 0 as slots, 0 as started_at
            from running where claimed_by not in (select id from daemons)
            order by id
            """;

    private void search() {
        withoutRow = statements.list(WITHOUT_ROW, TurnQueries::daemon);
        searchedAt = System.nanoTime();
    }

    private static final String RESIZE = "update daemons set slots = ? where id = ?";

    /** False: it has no row. */
    boolean resize(long daemon, int slots) {
        return statements.update(RESIZE, slots, daemon) == 1;
    }

    private static final String UNREGISTER =
            """
            delete from daemons
            where id = ? and not exists (select from running where claimed_by = daemons.id)
            """;

    /** False: it has none, or has claims. */
    boolean unregister(long daemon) {
        withoutRow = withoutRow.stream().filter(one -> one.id() != daemon).toList();
        return statements.update(UNREGISTER, daemon) == 1;
    }
}
