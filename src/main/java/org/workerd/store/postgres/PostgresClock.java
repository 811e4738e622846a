package org.workerd.store.postgres;

import java.time.Duration;

/**
 * The clock of one machine as the last who looked there knew it: when it was set since, what waits for a span of time
 * waits on for as long as was left. For who keeps the time by a machine's clock; the database's own is not looked at.
 */
final class PostgresClock {
    /** Less does no harm, and clocks that are kept right by a network move by less. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private final Statements statements;

    PostgresClock(Statements statements) {
        this.statements = statements;
    }

    private static final String KNOWN = "select ahead from clock where boot = ? for update";

    private static final String KNOW =
            """
            insert into clock (boot, ahead) values (?, ?)
            on conflict (boot) do update set ahead = excluded.ahead
            """;

    private static final String FORGET_OTHERS = "delete from clock where boot <> ?";

    /** What had an attempt waits for its backoff or its snooze; what had none was told a time from outside. */
    private static final String MOVE_WAITS =
            """
            update scheduled set run_at = greatest(0, run_at + ?)
            where retrying or exists (select from attempts where attempts.id = scheduled.id)
            """;

    private static final String MOVE_STARTS = "update starts set at = at + ?";

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
            statements.update(FORGET_OTHERS, boot);
            return Duration.ZERO;
        }
        statements.update(MOVE_WAITS, step.toMillis());
        statements.update(MOVE_STARTS, step.toMillis());
        return step;
    }
}
