package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FairWriterTest {
    private static final Duration TURN = Duration.ofMillis(20);

    @TempDir
    Path directory;

    /** He sleeps between two looks, and at no time but in a break would he find the lock free. */
    @RepeatedTest(3)
    void whoKnowsOnlySqlitesLockGetsInBesideALoopThatIsAlwaysAtIt() throws Exception {
        Path queue = directory.resolve("queue.db");
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(10);
        try (SqliteStore store = new SqliteDatabase(queue, Duration.ofSeconds(10)).openOrCreate()) {
            CompletableFuture<Void> loop = CompletableFuture.runAsync(() -> {
                Turnstile turnstile = new Turnstile(queue);
                try {
                    FairWriter writer = new FairWriter(store, turnstile);
                    while (!over.get()) {
                        writer.write(moves -> {
                            LockSupport.parkNanos(TURN.toNanos());
                            return moves;
                        });
                        busy.countDown();
                    }
                } finally {
                    turnstile.close();
                }
            });
            try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + queue);
                    Statement statement = plain.createStatement()) {
                statement.execute("pragma busy_timeout = 2000");
                busy.await();
                statement.execute("insert into jobs (name) values ('plain')");
                assertThat(statement.executeQuery("select count(*) from jobs").getInt(1))
                        .isEqualTo(1);
            } finally {
                over.set(true);
                loop.join();
            }
        }
    }

    /** They find the lock taken half of the time at most, however fast the loop could go on. */
    @Test
    void whileOthersWriteOftenTheLockIsFreeForAsLongAsItWasHeld() throws Exception {
        Path queue = directory.resolve("queue.db");
        try (SqliteStore store = new SqliteDatabase(queue, Duration.ofSeconds(10)).openOrCreate();
                Turnstile turnstile = new Turnstile(queue);
                Connection plain = DriverManager.getConnection("jdbc:sqlite:" + queue);
                Statement statement = plain.createStatement()) {
            FairWriter writer = new FairWriter(store, turnstile);
            AtomicLong ended = new AtomicLong(System.nanoTime());
            List<Long> free = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                statement.execute("insert into jobs (name) values ('plain')");
                writer.write(moves -> {
                    free.add(System.nanoTime() - ended.get());
                    LockSupport.parkNanos(TURN.toNanos());
                    return moves;
                });
                ended.set(System.nanoTime());
            }
            assertThat(free.subList(6, 12)).allMatch(nanos -> nanos >= TURN.toNanos());
        }
    }
}
