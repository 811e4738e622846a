package org.workerd.client;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.store.postgres.PostgresDatabase;
import org.workerd.store.postgres.PostgresGuest;
import org.workerd.store.sqlite.SqliteDatabase;
import org.workerd.store.sqlite.SqliteEnqueues;
import org.workerd.store.sqlite.SqliteGuest;

/**
 * A queue to store jobs in, for programs that enqueue and leave the running to the daemon, which wakes at once, and that
 * ask what became of the jobs. Needs {@code org.workerd:workerd-client}, which brings the SQLite driver and nothing else; a
 * queue on PostgreSQL needs {@code org.postgresql:postgresql} besides.
 *
 * <pre>{@code
 * import java.nio.file.Path;
 * import java.util.List;
 * import org.workerd.client.JobQueue;
 * import org.workerd.job.NewJob;
 *
 * class Shop {
 *     public static void main(String[] args) {
 *         try (JobQueue queue = JobQueue.open(Path.of("/var/lib/workerd/queue.db"))) {
 *             long id = queue.enqueue(NewJob.of("resize", "a.png").withPayload("{\"width\": 800}")).id();
 *             queue.enqueue(List.of(NewJob.of("mail", "ann"), NewJob.of("mail", "bob").withAfter(List.of(id))));
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe, with one connection that writes and one that reads: what several threads enqueue at the same time goes
 * into one transaction. Keep one open rather than opening one for each job. All that goes wrong is a {@link
 * StoreException}, whose {@link StoreException#kind kind} says what that means, or an {@link IllegalArgumentException} of {@link NewJob} about a value
 * that no job may have.
 */
public final class JobQueue implements AutoCloseable {
    /** As long as it may take the daemon, and whoever else writes, to let us in. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GroupCommit commits;
    private final Reader reader;

    private JobQueue(JobStore store, Reader reader) {
        this.commits = new GroupCommit(store);
        this.reader = reader;
    }

    /**
     * Opens the queue in this file, and makes it where there is none.
     *
     * @param file on a disk of this machine; its directory must exist
     * @return the queue, to be closed
     * @throws StoreException NOT_PERMITTED, REFUSED, NEWER, OUTDATED, DAMAGED, MISSING or DISK; a file that is there is left as it was
     */
    public static JobQueue open(Path file) {
        // Not the engine: what that has for daemons needs native code and a log.
        SqliteDatabase database = new SqliteDatabase(file.toAbsolutePath(), PATIENCE);
        return new JobQueue(database.openOrCreate(), new Reader(database::openForReading));
    }

    /**
     * Opens the queue at this URL, which is written as {@code queue.url} in workerd.toml. One on PostgreSQL must be there: a
     * daemon makes it.
     *
     * <pre>{@code
     * import org.workerd.client.JobQueue;
     * import org.workerd.job.NewJob;
     *
     * class Mail {
     *     public static void main(String[] args) {
     *         try (JobQueue queue = JobQueue.open("postgresql://shop@db.example.org/shop?sslmode=verify-full")) {
     *             queue.enqueue(NewJob.of("mail", "ann"));
     *         }
     *     }
     * }
     * }</pre>
     *
     * @param url {@code sqlite:/PATH}, or {@code postgresql://USER@HOST[:PORT]/DATABASE[?schema=workerd]}; the password is
     *     in PGPASSWORD, PGPASSFILE or ~/.pgpass
     * @return the queue, to be closed
     * @throws StoreException as {@link #open(Path)}, or UNREACHABLE
     * @throws IllegalArgumentException the URL is neither
     */
    public static JobQueue open(String url) {
        if (url.startsWith(QueueUrl.Sqlite.SCHEME)) {
            return open(Path.of(url.substring(QueueUrl.Sqlite.SCHEME.length())));
        }
        return open(QueueUrl.Postgres.parse(url));
    }

    /**
     * The same of a queue on PostgreSQL, with the password from a file.
     *
     * @param url as {@link #open(String)}
     * @param passwordFile holds the password on its first line, and nobody but its owner may read it
     * @return the queue, to be closed
     * @throws StoreException as {@link #open(String)}
     * @throws IllegalArgumentException the URL is not one of PostgreSQL
     */
    public static JobQueue open(String url, Path passwordFile) {
        return open(QueueUrl.Postgres.parse(url).withPasswordFile(passwordFile));
    }

    private static JobQueue open(QueueUrl.Postgres url) {
        try {
            PostgresDatabase database = new PostgresDatabase(url, System.getenv(), PATIENCE);
            return new JobQueue(database.open(), new Reader(database::openForReading));
        } catch (NoClassDefFoundError missing) {
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "a queue on PostgreSQL needs its driver: add org.postgresql:postgresql to the class path",
                    missing);
        }
    }

    /**
     * Stores a job. When this returns it is on the disk, and survives a crash and a power cut.
     *
     * @param job what is asked for
     * @return its id, or that of the job that has its key
     * @throws StoreException LOCKED when others wrote for half a minute, DISK, NOT_PERMITTED, or INVALID when it waits
     *     for a job that does not exist; nothing was stored. UNREACHABLE: nothing was stored, unless the message says that
     *     this could not be found out
     */
    public Enqueued enqueue(NewJob job) {
        return enqueue(List.of(job)).get(0);
    }

    /**
     * Stores jobs in one transaction: all of them, or none when this throws. Much faster than one by one.
     *
     * @param jobs what is asked for; a job can wait only for those that were stored before
     * @return what became of each, in order
     * @throws StoreException as {@link #enqueue(NewJob)}; nothing was stored
     */
    public List<Enqueued> enqueue(Collection<NewJob> jobs) {
        return commits.enqueue(List.copyOf(jobs));
    }

    /**
     * Stores a job through the caller's own connection to the queue's file or database, in the caller's own transaction:
     * the job is there when that commits, and never was when it is rolled back. Without a transaction it is stored at
     * once. For programs that keep tables of their own beside the queue's. On PostgreSQL the queue is the one that the
     * connection's {@code search_path} leads to, else the one in the schema {@code workerd}.
     *
     * <pre>{@code
     * import java.sql.Connection;
     * import java.sql.SQLException;
     * import java.sql.Statement;
     * import org.workerd.client.JobQueue;
     * import org.workerd.job.NewJob;
     *
     * class Orders {
     *     static void place(Connection connection, String order) throws SQLException {
     *         connection.setAutoCommit(false);
     *         try (Statement statement = connection.createStatement()) {
     *             statement.executeUpdate("insert into orders default values");
     *             JobQueue.enqueue(connection, NewJob.of("invoice").withPayload(order));
     *             connection.commit();
     *         } catch (SQLException | RuntimeException failure) {
     *             connection.rollback();
     *             throw failure;
     *         }
     *     }
     * }
     * }</pre>
     *
     * <p>How durable it is, and how long it waits for others, is up to the connection: with SQLite set {@code synchronous}
     * to full and a {@code busy_timeout}. As thread-safe as the connection is.
     *
     * @param connection of the driver for SQLite or PostgreSQL; stays open, and is not committed
     * @param job what is asked for
     * @return its id, or that of the job that has its key
     * @throws StoreException INVALID, LOCKED or others; the transaction is still open then, and the caller's to end
     */
    public static Enqueued enqueue(Connection connection, NewJob job) {
        Moves.Enqueued enqueued = isPostgres(connection)
                ? PostgresGuest.write(connection, moves -> moves.enqueue(job))
                : SqliteEnqueues.enqueue(connection, job);
        return new Enqueued(enqueued.id(), enqueued.stored());
    }

    /**
     * What has become of the job until now.
     *
     * @param id what {@link Enqueued#id} said
     * @return how it is at this moment; empty when there is no job with this id, or it is kept no longer (see {@code retention} in workerd.toml)
     * @throws StoreException when the queue cannot be read
     */
    public Optional<JobStatus> find(long id) {
        return reader.find(id);
    }

    /**
     * As {@link #find(long)}, through the caller's own connection: it sees what the caller's transaction sees.
     *
     * @param connection of the driver for SQLite or PostgreSQL; stays open
     * @param id what {@link Enqueued#id} said
     * @return as {@link #find(long)}
     * @throws StoreException when the queue cannot be read
     */
    public static Optional<JobStatus> find(Connection connection, long id) {
        Optional<JobView> found = isPostgres(connection)
                ? PostgresGuest.write(connection, moves -> moves.find(id))
                : SqliteGuest.read(connection, queries -> queries.find(id));
        return found.map(JobStatus::new);
    }

    /**
     * Waits until the job is final, for so long at most. It learns of the end within 40 ms.
     *
     * <pre>{@code
     * import java.time.Duration;
     * import org.workerd.client.JobQueue;
     * import org.workerd.client.JobStatus;
     * import org.workerd.job.NewJob;
     *
     * class Thumbnails {
     *     static String make(JobQueue queue, String image) throws InterruptedException {
     *         long id = queue.enqueue(NewJob.of("resize", image)).id();
     *         JobStatus job = queue.await(id, Duration.ofMinutes(1)).orElseThrow();
     *         if (!job.isDone()) {
     *             throw new IllegalStateException(job.toString());
     *         }
     *         return job.result().orElse("");
     *     }
     * }
     * }</pre>
     *
     * @param id what {@link Enqueued#id} said
     * @param timeout zero or less: it only looks
     * @return how the job is by then, final or not; empty when there is none, or it was removed meanwhile
     * @throws InterruptedException the thread was interrupted while it waited; the job goes on
     * @throws StoreException when the queue cannot be read, or is closed meanwhile
     */
    public Optional<JobStatus> await(long id, Duration timeout) throws InterruptedException {
        return reader.await(id, timeout);
    }

    /**
     * Ends a job that is not final: one that waits is cancelled when this returns; of one that runs the daemon is told,
     * and it is cancelled when its attempt has ended ({@link #await} waits for that).
     *
     * @param id what {@link Enqueued#id} said
     * @param reason the job's error from then on, a sentence for people
     * @return whether it is cancelled, or will be; false: it is final already, or there is no job with this id; nothing was changed
     * @throws StoreException LOCKED, DISK or NOT_PERMITTED; nothing was changed
     */
    public boolean cancel(long id, String reason) {
        return commits.transaction(moves -> cancel(moves, id, reason));
    }

    /**
     * As {@link #cancel(long, String)}, through the caller's own connection and in the caller's own transaction.
     *
     * @param connection of the driver for SQLite or PostgreSQL; stays open, and is not committed
     * @param id what {@link Enqueued#id} said
     * @param reason the job's error from then on, a sentence for people
     * @return as {@link #cancel(long, String)}
     * @throws StoreException the transaction is still open then, and the caller's to end
     */
    public static boolean cancel(Connection connection, long id, String reason) {
        return write(connection, moves -> cancel(moves, id, reason));
    }

    /**
     * Has a job that is dead or cancelled tried again, with as many attempts ahead as a new one.
     *
     * @param id what {@link Enqueued#id} said
     * @return whether it is; false: it cannot be: it is neither, another job has its key now, a job that it waits for will not be done,
     *     or there is no job with this id; nothing was changed
     * @throws StoreException LOCKED, DISK or NOT_PERMITTED; nothing was changed
     */
    public boolean retry(long id) {
        return commits.transaction(moves -> moves.retry(id));
    }

    /**
     * As {@link #retry(long)}, through the caller's own connection and in the caller's own transaction.
     *
     * @param connection of the driver for SQLite or PostgreSQL; stays open, and is not committed
     * @param id what {@link Enqueued#id} said
     * @return as {@link #retry(long)}
     * @throws StoreException the transaction is still open then, and the caller's to end
     */
    public static boolean retry(Connection connection, long id) {
        return write(connection, moves -> moves.retry(id));
    }

    private static boolean write(Connection connection, Function<Moves, Boolean> work) {
        return isPostgres(connection) ? PostgresGuest.write(connection, work) : SqliteGuest.write(connection, work);
    }

    private static boolean isPostgres(Connection connection) {
        try {
            return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        } catch (SQLException failure) {
            throw new StoreException(StoreException.Kind.OTHER, "cannot use this connection", failure);
        }
    }

    private static boolean cancel(Moves moves, long id, String reason) {
        Instant now = moves.now(InstantSource.system().instant());
        return moves.cancel(id, reason, now) || moves.requestCancel(id, reason, now);
    }

    /** What was enqueued stays. A second time does nothing. */
    @Override
    public void close() {
        reader.close();
        commits.close();
    }
}
