package org.workerd.store.postgres;

import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Limits;
import org.workerd.store.Moves;

/**
 * The queues and names with limits: one transaction at a time counts what runs of them and claims more. Who does not get
 * one passes its jobs over, and waits for nobody.
 */
final class PostgresScopes {
    /** As long as another daemon's transaction takes, or a little more. */
    private static final long ANOTHERS_TURN_MILLIS = 20;

    private final Statements statements;
    private final Set<String> held = new HashSet<>();
    private @Nullable Instant heldUpUntil;

    PostgresScopes(Statements statements) {
        this.statements = statements;
    }

    static String ofQueue(String queue) {
        return "queue:" + queue;
    }

    static String ofName(String name) {
        return "name:" + name;
    }

    void forget() {
        held.clear();
        heldUpUntil = null;
    }

    /** Those that this transaction holds. */
    Set<String> held() {
        return held;
    }

    Optional<Instant> heldUpUntil() {
        return Optional.ofNullable(heldUpUntil);
    }

    /** Takes those of the lanes, for this transaction, and leaves out the lanes of which another one has them. */
    void hold(Map<Long, Moves.Lane> lanes, Limits limits, long now) {
        Set<String> wanted = new TreeSet<>();
        lanes.values().forEach(lane -> wanted.addAll(of(lane, limits)));
        if (wanted.isEmpty()) {
            return;
        }
        held.addAll(statements.list(LOCK, row -> row.getString(1), (Object) wanted.toArray(String[]::new)));
        if (lanes.values().removeIf(lane -> !held.containsAll(of(lane, limits)))) {
            heldUpUntil = Instant.ofEpochMilli(now + ANOTHERS_TURN_MILLIS);
        }
    }

    private static Set<String> of(Moves.Lane lane, Limits limits) {
        Set<String> scopes = new HashSet<>();
        if (has(limits.queues(), lane.queue())) {
            scopes.add(ofQueue(lane.queue()));
        }
        if (has(limits.names(), lane.name())) {
            scopes.add(ofName(lane.name()));
        }
        return scopes;
    }

    private static boolean has(Limits.Bounds bounds, String key) {
        return bounds.concurrency().containsKey(key) || bounds.rates().containsKey(key);
    }

    /** Two that have one number by chance exclude each other without need, and nothing worse. */
    private static final String LOCK =
            """
            select scope from unnest(?::text[]) as scope
            where pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.' || scope, 0))
            """;
}
