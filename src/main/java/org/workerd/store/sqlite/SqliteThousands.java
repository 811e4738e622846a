package org.workerd.store.sqlite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Walk.Place;

/**
 * The jobs of some lanes that are done. An index of them by lane would be paid by every job; instead a row for a
 * thousand ids says which lanes have any there and when the last of them ended, and the others are passed over.
 */
final class SqliteThousands implements Place {
    static final int THOUSAND = 1_000;

    private final Statements statements;
    private final String lanes;
    private final @Nullable Long since;

    /**
     * Nothing is read yet.
     *
     * @param lanes a JSON array of their ids
     * @param since in milliseconds: only those that ended then or later
     */
    SqliteThousands(Statements statements, String lanes, @Nullable Long since) {
        this.statements = statements;
        this.lanes = lanes;
        this.since = since;
    }

    private static final String LAST =
            """
            select coalesce(max((
              select max(thousand) from thousands
              where lane = lanes.value and thousand <= ?2 and (?3 is null or latest >= ?3))), -1)
            from json_each(?1) as lanes
            """;

    private static final String WITHIN =
            """
            select id from finished
            where id between ?2 * 1000 and min(?2 * 1000 + 999, ?3)
              and state = 'done' and lane in (select value from json_each(?1))
              and (?4 is null or finished_at >= ?4)
            order by id desc limit ?5
            """;

    @Override
    public List<Long> below(long id, int most) {
        List<Long> found = new ArrayList<>();
        long highest = id - 1;
        while (found.size() < most && highest > 0) {
            long last = statements.number(LAST, lanes, highest / THOUSAND, since);
            if (last < 0) {
                break;
            }
            found.addAll(
                    statements.list(WITHIN, row -> row.getLong(1), lanes, last, highest, since, most - found.size()));
            highest = last * THOUSAND - 1;
        }
        return found;
    }
}
