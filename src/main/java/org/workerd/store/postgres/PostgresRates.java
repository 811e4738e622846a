package org.workerd.store.postgres;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.job.Rate;

/**
 * When jobs of a queue or of a name with a rate were started, as long as it matters: any stretch of time holds at most
 * as many starts as its rate allows, whoever started them.
 */
final class PostgresRates {
    /** A handler begins a moment after its claim; with this much more between them, two do not come too close. */
    private static final long MARGIN_MILLIS = 50;

    private final Statements statements;

    PostgresRates(Statements statements) {
        this.statements = statements;
    }

    /** Takes from the room what has been started lately of these scopes, which this transaction holds. */
    void bound(Limits.Room room, Limits limits, Set<String> held, long now) {
        limits.queues().rates().forEach((queue, rate) -> {
            String scope = PostgresScopes.ofQueue(queue);
            if (held.contains(scope)) {
                room.boundQueue(queue, free(scope, rate, now));
            }
        });
        limits.names().rates().forEach((name, rate) -> {
            String scope = PostgresScopes.ofName(name);
            if (held.contains(scope)) {
                room.boundName(name, free(scope, rate, now));
            }
        });
    }

    /** Notes what starts now. */
    void note(Collection<Claim> claims, Limits limits, long now) {
        Map<String, Integer> starts = new HashMap<>();
        for (Claim claim : claims) {
            if (limits.queues().rates().containsKey(claim.queue())) {
                starts.merge(PostgresScopes.ofQueue(claim.queue()), 1, Integer::sum);
            }
            if (limits.names().rates().containsKey(claim.name())) {
                starts.merge(PostgresScopes.ofName(claim.name()), 1, Integer::sum);
            }
        }
        starts.forEach((scope, count) -> add(scope, now, count));
    }

    private static final String ONE_LESS =
            """
            update starts set count = count - 1
            where ctid = (select ctid from starts where scope = ? and at = ? and count > 0 limit 1 for update)
            """;

    /** What was noted at its claim began at this time. */
    void began(Claim claim, long at) {
        for (String scope : List.of(PostgresScopes.ofQueue(claim.queue()), PostgresScopes.ofName(claim.name()))) {
            if (statements.update(ONE_LESS, scope, claim.startedAt().toEpochMilli()) == 1) {
                add(scope, at, 1);
            }
        }
    }

    /** When the first of those that are used up has room again. */
    Optional<Long> nextRoom(Limits limits) {
        Long next = null;
        for (Map.Entry<String, Rate> queue : limits.queues().rates().entrySet()) {
            next = sooner(next, nextRoom(PostgresScopes.ofQueue(queue.getKey()), queue.getValue()));
        }
        for (Map.Entry<String, Rate> name : limits.names().rates().entrySet()) {
            next = sooner(next, nextRoom(PostgresScopes.ofName(name.getKey()), name.getValue()));
        }
        return Optional.ofNullable(next);
    }

    private static @Nullable Long sooner(@Nullable Long one, @Nullable Long other) {
        return one == null ? other : other == null ? one : (Long) Math.min(one, other);
    }

    private static final String FORGET = "delete from starts where scope = ? and (at <= ? or count = 0)";

    /** The clock was set back: these are of lately, and shall not count until it comes there again. */
    private static final String TAKE_FROM_THE_FUTURE = "update starts set at = ? where scope = ? and at > ?";

    private static final String USED = "select coalesce(sum(count), 0) from starts where scope = ?";

    private int free(String scope, Rate rate, long now) {
        statements.update(FORGET, scope, now - window(rate));
        statements.update(TAKE_FROM_THE_FUTURE, now, scope, now);
        return (int) Math.max(0, rate.count() - statements.number(USED, scope));
    }

    private static final String ADD = "insert into starts (scope, at, count) values (?, ?, ?)";

    private void add(String scope, long at, int count) {
        statements.update(ADD, scope, at, count);
    }

    private static final String FIRST_WHEN_USED_UP =
            "select min(at) from starts where scope = ? and count > 0 having sum(count) >= ?";

    private @Nullable Long nextRoom(String scope, Rate rate) {
        return statements
                .first(FIRST_WHEN_USED_UP, row -> row.getLong(1), scope, rate.count())
                .map(first -> first + window(rate))
                .orElse(null);
    }

    /** When the next of this queue may start, for who only looks; empty: now. */
    Optional<Long> queueHasRoomAt(String queue, Rate rate, long now) {
        return hasRoomAt(PostgresScopes.ofQueue(queue), rate, now);
    }

    /** When the next of this name may start, for who only looks; empty: now. */
    Optional<Long> nameHasRoomAt(String name, Rate rate, long now) {
        return hasRoomAt(PostgresScopes.ofName(name), rate, now);
    }

    /** What was started in the future, by a clock that was set back since, counts as started now. */
    private static final String OLDEST_WHEN_USED_UP =
            """
            select min(least(at, ?::bigint)) from starts
            where scope = ? and at > ? and count > 0
            having sum(count) >= ?
            """;

    private Optional<Long> hasRoomAt(String scope, Rate rate, long now) {
        return statements
                .first(OLDEST_WHEN_USED_UP, row -> row.getLong(1), now, scope, now - window(rate), rate.count())
                .map(oldest -> oldest + window(rate));
    }

    private static long window(Rate rate) {
        return rate.per().toMillis() + MARGIN_MILLIS;
    }
}
