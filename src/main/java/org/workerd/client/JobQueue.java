package org.workerd.client;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.SqliteDatabase;
import org.workerd.store.SqliteEnqueues;
import org.workerd.store.StoreException;

/**
 * A queue to store jobs in, for programs that enqueue and leave the running to the daemon, which wakes at once. Needs
 * {@code workerd.jar} and {@code sqlite-jdbc.jar} on the class path and nothing else.
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
 * <p>Thread-safe, with one connection: what several threads enqueue at the same time goes into one transaction. Keep one
 * open rather than opening one for each job. All that goes wrong is a {@link StoreException}, whose {@link
 * StoreException#kind kind} says what that means, or an {@link IllegalArgumentException} of {@link NewJob} about a value
 * that no job may have.
 */
public final class JobQueue implements AutoCloseable {
    /** As long as it may take the daemon, and whoever else writes, to let us in. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GroupCommit commits;

    private JobQueue(JobStore store) {
        this.commits = new GroupCommit(store);
    }

    /**
     * Opens the queue in this file, and makes it where there is none; its directory must exist.
     *
     * @throws StoreException NOT_PERMITTED, REFUSED, NEWER, OUTDATED, DAMAGED, MISSING or DISK; a file that is there is left as it was
     */
    public static JobQueue open(Path file) {
        return new JobQueue(new SqliteDatabase(file, PATIENCE).openOrCreate());
    }

    /**
     * Stores a job. When this returns it is on the disk, and survives a crash and a power cut.
     *
     * @throws StoreException LOCKED when others wrote for half a minute, DISK, NOT_PERMITTED, or INVALID when it waits
     *     for a job that does not exist; nothing was stored
     */
    public Enqueued enqueue(NewJob job) {
        return enqueue(List.of(job)).get(0);
    }

    /**
     * Stores jobs in one transaction: all of them, or none when this throws. Much faster than one by one.
     *
     * @return what became of each, in order
     */
    public List<Enqueued> enqueue(Collection<NewJob> jobs) {
        return commits.enqueue(List.copyOf(jobs));
    }

    /**
     * Stores a job through the caller's own connection to the queue's file, in the caller's own transaction: the job is
     * there when that commits, and never was when it is rolled back. Without a transaction it is stored at once. For
     * programs that keep tables of their own in the queue's file.
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
     * <p>How durable it is, and how long it waits for others, is up to the connection: set {@code synchronous} to full and
     * a {@code busy_timeout}. As thread-safe as the connection is.
     *
     * @throws StoreException INVALID, LOCKED or others; the transaction is still open then, and the caller's to end
     */
    public static Enqueued enqueue(Connection connection, NewJob job) {
        Moves.Enqueued enqueued = SqliteEnqueues.enqueue(connection, job);
        return new Enqueued(enqueued.id(), enqueued.stored());
    }

    /** What was enqueued stays. A second time does nothing. */
    @Override
    public void close() {
        commits.close();
    }
}
