package org.workerd.store.sqlite;

import java.time.Duration;

/**
 * The wall clock as the last daemon that looked knew it. When somebody has set it since, what waits for a span of time
 * waits on for as long as was left: neither a day longer, nor all of it at once.
 */
final class SqliteClock {
    /** Less does no harm, and clocks that are kept right by a network move by less. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private final Statements statements;

    SqliteClock(Statements statements) {
        this.statements = statements;
    }

    private static final String KNOWN = "select ahead from clock where boot = ?";

    private static final String KNOW =
            """
            insert into clock (id, boot, ahead) values (1, ?, ?)
              on conflict (id) do update set boot = excluded.boot, ahead = excluded.ahead
            """;

    /** What had an attempt waits for its backoff or its snooze; what had none was told a time from outside. */
    private static final String MOVE_WAITS =
            """
            update scheduled set run_at = max(0, run_at + ?)
            where retrying or exists (select 1 from attempts where attempts.id = scheduled.id)
            """;

    private static final String MOVE_STARTS = "update or ignore starts set at = at + ?";

    /** How far it was set; zero: it was not, or this is another boot of the machine. */
    Duration align(String boot, Duration ahead) {
        Duration step = statements
                .first(KNOWN, row -> ahead.minusMillis(row.getLong(1)), boot)
                .orElse(null);
        if (step != null && step.abs().compareTo(TOLERANCE) < 0) {
            return Duration.ZERO;
        }
        statements.update(KNOW, boot, ahead.toMillis());
        if (step == null) {
            return Duration.ZERO;
        }
        statements.update(MOVE_WAITS, step.toMillis());
        statements.update(MOVE_STARTS, step.toMillis());
        return step;
    }
}
