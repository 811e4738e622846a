package org.workerd.store.postgres;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * The clock of the server, which all machines share: carried on between two questions by this machine's monotonic clock,
 * which nobody can set. Thread-safe.
 */
final class DatabaseClock implements InstantSource {
    private record Reading(long micros, long nanoTime) {}

    private volatile Reading latest;

    /** As it is now. */
    DatabaseClock(Statements statements) {
        this.latest = reading(statements);
    }

    /** Asks again: the server's clock may have been set, and the two drift apart. */
    void read(Statements statements) {
        latest = reading(statements);
    }

    private static final String NOW = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";

    /** It was right about in the middle between question and answer. */
    private static Reading reading(Statements statements) {
        long asked = System.nanoTime();
        long micros = statements.number(NOW);
        return new Reading(micros, asked + (System.nanoTime() - asked) / 2);
    }

    @Override
    public Instant instant() {
        Reading reading = latest;
        return Instant.EPOCH
                .plus(reading.micros, ChronoUnit.MICROS)
                .plusNanos(System.nanoTime() - reading.nanoTime)
                .truncatedTo(ChronoUnit.MICROS);
    }
}
