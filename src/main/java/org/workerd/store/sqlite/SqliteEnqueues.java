package org.workerd.store.sqlite;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.NewJob;
import org.workerd.store.Columns;
import org.workerd.store.JsonList;
import org.workerd.store.Moves.Enqueued;
import org.workerd.store.StoreException;

/** Nothing → a stored job; the triggers of {@code jobs} see to the rest. */
public final class SqliteEnqueues {
    /** The driver keeps all of a batch in memory, and the room for the largest. */
    private static final int MOST_AT_ONCE = 500;

    private final Statements statements;

    SqliteEnqueues(Statements statements) {
        this.statements = statements;
    }

    /**
     * Stores a job through a connection of somebody else's, in the transaction that is open there, or, when none is, by
     * itself. What it keeps of the connection is closed when it returns; the connection is not.
     *
     * @throws StoreException LOCKED, INVALID or others; the transaction is still open then
     */
    public static Enqueued enqueue(Connection connection, NewJob job) {
        try (Statements statements = new Statements(
                connection, failure -> SqliteErrors.translate("cannot enqueue through this connection", failure))) {
            return new SqliteEnqueues(statements).enqueue(job);
        }
    }

    private static final String INSERT =
            """
            insert into jobs (
              name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, "after", tags)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String INSERT_AND_TELL = INSERT + "returning id";

    /** It looks and writes in one: a transaction that reads first cannot write any more once others have. */
    private static final String INSERT_KEYED =
            """
            insert into jobs (
              name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, "after", tags)
            select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
            where not exists (select 1 from keys where key = ?7)
            returning id
            """;

    private static final String HOLDER_OF_KEY = "select id from keys where key = ?";

    Enqueued enqueue(NewJob job) {
        while (true) {
            Optional<Long> stored = insert(job);
            if (stored.isPresent()) {
                return new Enqueued(stored.get(), true);
            }
            Optional<Long> holder = statements.first(HOLDER_OF_KEY, row -> row.getLong(1), job.key());
            if (holder.isPresent()) {
                return new Enqueued(holder.get(), false);
            }
            // Outside a transaction it may have ended between the two: then the key is free.
        }
    }

    private static final String LATEST = "select last_insert_rowid()";

    /** Refused when a queue is opened; one that was made since may store further jobs or refuse some. */
    private static final String STRANGE_TRIGGERS =
            """
            select exists (
              select 1 from sqlite_schema where type = 'trigger' and tbl_name = 'jobs' and name not glob 'jobs_*')
            """;

    /** Inside a transaction: then ids follow one another. */
    List<Enqueued> enqueue(List<NewJob> jobs) {
        boolean alone = jobs.size() == 1 || statements.number(STRANGE_TRIGGERS) == 1;
        List<Enqueued> stored = new ArrayList<>(jobs.size());
        while (stored.size() < jobs.size()) {
            List<NewJob> rest = jobs.subList(stored.size(), jobs.size());
            int plain = alone ? 0 : insertPlain(rest);
            if (plain == 0) {
                stored.add(enqueue(rest.get(0)));
            } else {
                long behind = statements.number(LATEST) + 1;
                LongStream.range(behind - plain, behind).forEach(id -> stored.add(new Enqueued(id, true)));
            }
        }
        return stored;
    }

    /** Stores those that come first and are plain, a part of them when they are many; how many. */
    private int insertPlain(List<NewJob> jobs) {
        int count = 0;
        while (count < Math.min(jobs.size(), MOST_AT_ONCE) && jobs.get(count).isPlain()) {
            statements.batch(INSERT, columns(jobs.get(count)));
            count++;
        }
        if (count > 0) {
            statements.runBatch(INSERT);
        }
        return count;
    }

    private Optional<Long> insert(NewJob job) {
        return statements.first(
                job.key() == null ? INSERT_AND_TELL : INSERT_KEYED, row -> row.getLong(1), columns(job));
    }

    private static @Nullable Object[] columns(NewJob job) {
        return new @Nullable Object[] {
            job.name(),
            job.payload(),
            JsonList.ofStrings(job.args()),
            job.queue(),
            job.priority(),
            Columns.millis(job.runAt()),
            job.key(),
            job.maxAttempts(),
            job.timeout() == null ? null : job.timeout().toMillis(),
            JsonList.ofNumbers(job.after()),
            JsonList.ofStringsOrNull(job.tags())
        };
    }
}
