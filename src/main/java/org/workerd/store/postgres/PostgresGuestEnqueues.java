package org.workerd.store.postgres;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Moves.Enqueued;
import org.workerd.store.StoreException;

/** Stores jobs with keys for a user who may only insert jobs: whether a key is taken shows when the trigger refuses it. */
final class PostgresGuestEnqueues {
    private final Statements statements;

    PostgresGuestEnqueues(Statements statements) {
        this.statements = statements;
    }

    private static final String INSERT =
            """
            insert into jobs (name, payload, args, queue, priority, run_at, max_attempts, timeout_ms, "after", tags, key)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            returning id
            """;

    private static final String HOLDER_OF_KEY = "select id from holder_of_key(?) as id where id is not null";

    Enqueued enqueue(String key, @Nullable Object[] columns) {
        @Nullable Object[] parameters = Arrays.copyOf(columns, columns.length + 1);
        parameters[columns.length] = key;
        while (true) {
            statements.update("savepoint keyed");
            try {
                long id = statements.number(INSERT, parameters);
                statements.update("release savepoint keyed");
                return new Enqueued(id, true);
            } catch (StoreException refused) {
                statements.update("rollback to savepoint keyed");
                Optional<Long> holder = statements.first(HOLDER_OF_KEY, row -> row.getLong(1), key);
                if (holder.isPresent()) {
                    return new Enqueued(holder.get(), false);
                }
                if (!PostgresErrors.isTaken(refused)) {
                    throw refused;
                }
                // It has ended between the two: then the key is free.
            }
        }
    }
}
