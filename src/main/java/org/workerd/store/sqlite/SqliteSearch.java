package org.workerd.store.sqlite;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JsonList;
import org.workerd.store.Walk;

/**
 * Finds the ids of the jobs that match a filter. What the queue keeps in order it goes through; of the rest it looks at
 * each job, a thousand at once. For one thread, inside a transaction.
 */
final class SqliteSearch {
    /** As many as are looked at in about a tenth of a second. */
    static final int FARTHEST = 20_000;

    private static final int MOST_AT_ONCE = 1_000;

    private final Statements statements;
    private final Filter filter;
    private final List<Walk.Place> places;

    SqliteSearch(Statements statements, Filter filter) {
        this.statements = statements;
        this.filter = filter;
        this.places = new SqlitePlaces(statements).of(filter);
    }

    /**
     * The newest that match.
     *
     * @param lookedBackTo the job at which the search stopped; older ones may match, too. Null: it looked at all
     */
    record Found(List<Long> ids, boolean more, @Nullable Long lookedBackTo) {}

    /** Of those that must be looked at one by one, it looks at {@link #FARTHEST}. */
    Found newest(int limit) {
        return newest(limit, Long.MAX_VALUE);
    }

    /** The same of those below this id. */
    Found newest(int limit, long before) {
        long wanted = limit + 1L; // one more, to know whether there is one
        // Most of those that are looked at may match: then a thousand of them are far too many.
        int size = (int) Math.min(filter.isExact() ? wanted : 4 * wanted, MOST_AT_ONCE);
        Walk walk = new Walk(places, size, before);
        List<Long> found = new ArrayList<>();
        List<Long> page = walk.next(size);
        int looked = page.size();
        found.addAll(matching(page));
        while (found.size() < wanted && !page.isEmpty() && !areTooOld(page)) {
            if (!filter.isExact() && looked >= FARTHEST) {
                return new Found(found, false, page.get(page.size() - 1));
            }
            size = Math.min(2 * size, MOST_AT_ONCE);
            page = walk.next(filter.isExact() ? size : Math.min(size, FARTHEST - looked));
            looked += page.size();
            found.addAll(matching(page));
        }
        return new Found(found.subList(0, Math.min(limit, found.size())), found.size() > limit, null);
    }

    /** In the order of their age. */
    List<Long> all() {
        Walk walk = new Walk(places, MOST_AT_ONCE);
        List<Long> found = new ArrayList<>();
        List<Long> page;
        do {
            page = walk.next(MOST_AT_ONCE);
            found.addAll(matching(page));
        } while (!page.isEmpty());
        Collections.reverse(found);
        return found;
    }

    /** The view has the error of the job's end, or of its last attempt: it is asked only for those that may have it. */
    private static final String MATCHING =
            """
            select id from job_status
            where id in (
                select value from json_each(?1)
                where ?8 is null
                  or exists (select 1 from finished where finished.id = value and instr(error, ?8) > 0)
                  or exists (select 1 from attempts where attempts.id = value and instr(error, ?8) > 0))
              and (?2 is null or instr(?2, ',' || state || ',') > 0)
              and (?3 is null or queue = ?3)
              and (?4 is null or name = ?4)
              and (?5 is null or key = ?5)
              and (?6 is null or created_at >= ?6)
              and (?7 is null or finished_at >= ?7)
              and (?8 is null or instr(error, ?8) > 0)
              and (?9 is null or cron = ?9)
              and (?10 is null or exists (select 1 from tags where tag = ?10 and tags.id = job_status.id))
            order by id desc
            """;

    private List<Long> matching(List<Long> ids) {
        if (filter.isExact() || ids.isEmpty()) {
            return ids;
        }
        return statements.list(
                MATCHING,
                row -> row.getLong(1),
                JsonList.ofNumbers(ids),
                states(),
                filter.queue(),
                filter.name(),
                filter.key(),
                Columns.millis(filter.since()),
                Columns.millis(filter.finishedSince()),
                filter.error(),
                filter.cron(),
                filter.tag());
    }

    private @Nullable String states() {
        return filter.states().isEmpty()
                ? null
                : filter.states().stream().map(JobState::word).collect(Collectors.joining(",", ",", ","));
    }

    private static final String NEWEST =
            "select max(created_at) from jobs where id in (select value from json_each(?))";

    /** They were all enqueued before; so were those before them, if the clock was set back by less than these took. */
    private boolean areTooOld(List<Long> ids) {
        Instant since = filter.since();
        return since != null && statements.number(NEWEST, JsonList.ofNumbers(ids)) < since.toEpochMilli();
    }
}
