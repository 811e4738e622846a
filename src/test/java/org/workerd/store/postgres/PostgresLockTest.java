package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.store.DaemonStore;
import org.workerd.store.Liveness;
import org.workerd.store.Moves.DaemonRow;

/** By what a daemon takes another for dead. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PostgresLockTest {
    private static final long LIVES = 77;
    private static final long DEAD = 78;

    @TempDir
    private Path directory;

    private final TestQueue queue = new TestQueue();

    /** Each time its session is lost it has the same second to come back, not what was left of it. */
    @Test
    void aDaemonThatCameBackIsNotTakenForDeadAtOnceTheNextTime() throws Exception {
        try (DaemonStore store = PostgresDaemonStore.open(queue.database())) {
            hold(store);
            Liveness others = store.liveness();
            awaitTakeover(others, DEAD).close();
            assertThat(others.inherit(LIVES)).isEmpty();

            Connection session = lock();
            awaitLook(others);
            awaitLook(others);
            session.close();
            Awaitility.await().until(() -> queue.rows("select from pg_locks where objid = " + LIVES)
                    .isEmpty());

            assertThat(others.inherit(LIVES)).isEmpty();
            awaitTakeover(others, LIVES).close();
        }
    }

    /** Whose file nobody has locked on this machine, its daemon is dead, whatever the server knows. */
    @Test
    void afterACrashOfTheServerWhoDiedHereIsDeadAtOnceAndWhoIsElsewhereHasTimeToComeBack() throws Exception {
        try (DaemonStore store = PostgresDaemonStore.open(queue.database())) {
            hold(store);
            Files.createFile(directory.resolve(DEAD + ".lock"));
            queue.run("truncate incarnation");
            assertThat(store.liveness().inherit(LIVES)).isEmpty();
            assertThat(store.liveness().inherit(DEAD)).isPresent();
        }
    }

    /** Else the time that all have to come back would begin when the next of them dies. */
    @Test
    void whoComesBackAfterACrashOfTheServerNotesIt() throws Exception {
        try (DaemonStore store = PostgresDaemonStore.open(queue.database())) {
            hold(store);
            queue.run("truncate incarnation");
            queue.rows("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 1"
                    + " and classid = current_schema()::regnamespace::oid");
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> !queue.rows("select from incarnation")
                    .isEmpty());
        }
    }

    private void hold(DaemonStore store) {
        DaemonRow own = new DaemonRow(1, 1, "here", 1, Instant.EPOCH);
        store.hold(own, directory.resolve("1.lock"), Optional.empty());
    }

    /** A server that has just started has everybody's lock free: of nobody that is believed at first. */
    private static Liveness.Inheritance awaitTakeover(Liveness others, long daemon) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .until(() -> others.inherit(daemon), Optional::isPresent)
                .orElseThrow();
    }

    /** There is one each second. */
    private static void awaitLook(Liveness others) throws InterruptedException {
        CountDownLatch looked = new CountDownLatch(1);
        others.watch(LIVES, () -> {});
        others.watch(DEAD + 1, looked::countDown);
        looked.await();
    }

    private Connection lock() throws Exception {
        Connection session = queue.connect();
        Statements statements =
                new Statements(session, failure -> queue.database().translate("cannot lock", failure));
        assertThat(PostgresLocks.showLife(statements, LIVES)).isTrue();
        return session;
    }
}
