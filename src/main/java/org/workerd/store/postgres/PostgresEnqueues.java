package org.workerd.store.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.job.NewJob;
import org.workerd.store.Columns;
import org.workerd.store.JsonList;
import org.workerd.store.Moves.Enqueued;

/** Nothing → a stored job; the trigger of {@code jobs} sees to the rest. */
final class PostgresEnqueues {
    /** All of a batch is in memory here, and once more in the driver. */
    private static final int MOST_AT_ONCE = 500;

    private final Statements statements;
    private final TurnQueries turn;
    private boolean mayTakeKeys;

    PostgresEnqueues(Statements statements, TurnQueries turn) {
        this.statements = statements;
        this.turn = turn;
    }

    private static final String INSERT =
            """
            insert into jobs (name, payload, args, queue, priority, run_at, max_attempts, timeout_ms, "after", tags)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            returning id, pg_current_xact_id()::text
            """;

    /** It takes the key first: whoever holds it already, committed or not, is waited for without an error. */
    private static final String INSERT_KEYED =
            """
            with wanted (key) as (select ?::text),
            taken as (
              insert into keys (key, id)
              select key, nextval('jobs_id_seq') from wanted
              where not exists (select from keys where keys.key = wanted.key)
              on conflict (key) do nothing
              returning key, id)
            insert into jobs (
              id, name, payload, args, queue, priority, run_at, max_attempts, timeout_ms, "after", tags, key)
            overriding system value
            select
              id, ?::text, ?::text, ?::text, ?::text, ?::integer, ?::bigint, ?::integer, ?::bigint, ?::text, ?::text, key
            from taken
            returning id, pg_current_xact_id()::text
            """;

    private static final String HOLDER_OF_KEY = "select id from keys where key = ?";

    private static final String MAY_TAKE_KEYS = "select has_table_privilege('keys', 'insert')";

    Enqueued enqueue(NewJob job) {
        String key = PostgresText.exact("the key", job.key());
        if (key == null) {
            return new Enqueued(insert(INSERT, columns(job)).orElseThrow(), true);
        }
        mayTakeKeys = mayTakeKeys || statements.holds(MAY_TAKE_KEYS);
        if (!mayTakeKeys) {
            return new PostgresGuestEnqueues(statements).enqueue(key, columns(job));
        }
        while (true) {
            Optional<Long> stored = insertKeyed(key, job);
            if (stored.isPresent()) {
                return new Enqueued(stored.get(), true);
            }
            Optional<Long> holder = statements.first(HOLDER_OF_KEY, row -> row.getLong(1), key);
            if (holder.isPresent()) {
                return new Enqueued(holder.get(), false);
            }
            // It has ended between the two: then the key is free.
        }
    }

    private Optional<Long> insertKeyed(String key, NewJob job) {
        @Nullable Object[] columns = columns(job);
        @Nullable Object[] parameters = new @Nullable Object[columns.length + 1];
        parameters[0] = key;
        System.arraycopy(columns, 0, parameters, 1, columns.length);
        return insert(INSERT_KEYED, parameters);
    }

    /** The job's id. */
    private Optional<Long> insert(String sql, @Nullable Object... parameters) {
        return statements.first(
                sql,
                row -> {
                    turn.noteNumber(row.getString(2));
                    return row.getLong(1);
                },
                parameters);
    }

    private static final String INSERT_PLAIN =
            """
            insert into jobs (name, payload, args, queue, priority, run_at, max_attempts, timeout_ms, tags)
            select *
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::bigint[], ?::integer[], ?::bigint[],
              ?::text[])
            returning id
            """;

    /** In their order; stretches of those that have no key and wait for no other by one statement each. */
    List<Enqueued> enqueue(List<NewJob> jobs) {
        List<Enqueued> stored = new ArrayList<>(jobs.size());
        while (stored.size() < jobs.size()) {
            List<NewJob> plain = plain(jobs.subList(stored.size(), jobs.size()));
            if (plain.size() < 2) {
                stored.add(enqueue(jobs.get(stored.size())));
            } else {
                stored.addAll(insertPlain(plain));
            }
        }
        return stored;
    }

    private static List<NewJob> plain(List<NewJob> jobs) {
        int count = 0;
        while (count < Math.min(jobs.size(), MOST_AT_ONCE) && jobs.get(count).isPlain()) {
            count++;
        }
        return jobs.subList(0, count);
    }

    private List<Enqueued> insertPlain(List<NewJob> jobs) {
        return statements.list(
                INSERT_PLAIN,
                row -> new Enqueued(row.getLong(1), true),
                texts(jobs, NewJob::name),
                texts(jobs, job -> PostgresText.exact("the payload", job.payload())),
                texts(jobs, job -> JsonList.ofStrings(job.args())),
                texts(jobs, NewJob::queue),
                jobs.stream().map(NewJob::priority).toArray(Integer[]::new),
                jobs.stream().map(job -> Columns.millis(job.runAt())).toArray(Long[]::new),
                jobs.stream().map(NewJob::maxAttempts).toArray(Integer[]::new),
                jobs.stream().map(job -> millis(job.timeout())).toArray(Long[]::new),
                texts(jobs, job -> JsonList.ofStringsOrNull(job.tags())));
    }

    private static @Nullable Object texts(List<NewJob> jobs, Function<NewJob, @Nullable String> column) {
        return jobs.stream().map(column).toArray(String[]::new);
    }

    private static @Nullable Object[] columns(NewJob job) {
        return new @Nullable Object[] {
            job.name(),
            PostgresText.exact("the payload", job.payload()),
            JsonList.ofStrings(job.args()),
            job.queue(),
            job.priority(),
            Columns.millis(job.runAt()),
            job.maxAttempts(),
            millis(job.timeout()),
            JsonList.ofNumbers(job.after()),
            JsonList.ofStringsOrNull(job.tags())
        };
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
