package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.store.JobStore;
import org.workerd.store.sqlite.SqliteEngine;

/** Turns of a daemon over a real queue, under a clock that is set between and within them. */
class WallClockTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    private JobStore store;
    private Duration set = Duration.ZERO;
    private final WallClock clock = new WallClock(() -> Instant.now().plus(set));

    @BeforeEach
    void open() {
        store = new SqliteEngine(directory.resolve("queue.db"), Duration.ofSeconds(10)).openOrCreate();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Duration turn(Runnable within) {
        Duration step = store.transaction(clock::align);
        within.run();
        clock.aligned(step);
        return step;
    }

    private Duration turn() {
        return turn(() -> {});
    }

    @Test
    void aClockSetBetweenTurnsIsNoticedOnce() {
        assertThat(turn()).isZero();
        set = DAY;
        assertThat(turn()).isCloseTo(DAY, Duration.ofSeconds(1));
        assertThat(turn()).isZero();
        set = Duration.ZERO;
        assertThat(turn()).isCloseTo(DAY.negated(), Duration.ofSeconds(1));
        assertThat(turn()).isZero();
    }

    @Test
    void aClockSetWithinATurnIsNoticedByTheNext() {
        turn();
        assertThat(turn(() -> set = DAY)).isZero();
        assertThat(turn()).isCloseTo(DAY, Duration.ofSeconds(1));
        assertThat(turn()).isZero();
    }

    @Test
    void aTurnThatIsUndoneLeavesTheStepToTheNext() {
        turn();
        set = DAY;
        assertThatThrownBy(() -> store.transaction(moves -> {
                    clock.align(moves);
                    throw new Undone();
                }))
                .isInstanceOf(Undone.class);
        assertThat(turn()).isCloseTo(DAY, Duration.ofSeconds(1));
    }

    private static final class Undone extends RuntimeException {}
}
