package org.workerd.embedded;

import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.worker.loop.Stop;

/**
 * Runs jobs inside this program, with handlers in Java, beside the daemons of the same queue or without any. Nothing is
 * forked, and there is no pidfile and no configuration. Needs {@code org.workerd:workerd-embedded}, which holds the client
 * too.
 *
 * <pre>{@code
 * import java.nio.file.Path;
 * import java.time.Duration;
 * import org.workerd.api.JobResult;
 * import org.workerd.client.JobQueue;
 * import org.workerd.embedded.EmbeddedWorker;
 * import org.workerd.job.NewJob;
 *
 * class Shop {
 *     public static void main(String[] args) throws InterruptedException {
 *         Path file = Path.of("/srv/shop/queue.db");
 *         try (EmbeddedWorker worker = EmbeddedWorker.on(file)
 *                         .handler("greet", job -> JobResult.done("Hello, " + job.args().get(0) + "!"))
 *                         .concurrency(4)
 *                         .drainTimeout(Duration.ofMinutes(1))
 *                         .start();
 *                 JobQueue queue = JobQueue.open(file)) {
 *             long id = queue.enqueue(NewJob.of("greet", "Ann")).id();
 *             System.out.println(queue.await(id, Duration.ofMinutes(1)).orElseThrow());
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p><b>It is one of the queue's daemons.</b> {@code workerd stats} lists it with the pid of this program, a new job wakes
 * it, {@code workerd cancel} and timeouts interrupt its handlers. It runs the jobs of its own handlers alone, and puts
 * back what any dead daemon ran. When this program ends or is killed without {@link #close}, the others see that by the
 * lock which the kernel or the server frees, and run its jobs again; no two attempts of a job ever run at the same time.
 *
 * <p><b>What it leaves to daemons:</b> schedules, limits and rates, alarms, and the deletion of old jobs. Where there is no
 * daemon, nobody deletes them: see {@code workerd prune}. How many attempts a job has is what the job says, else what the
 * queue's daemon was configured with, else 10.
 *
 * <p><b>Files.</b> With SQLite, what handlers log and the lock are in directories beside the queue, which belong to one
 * user: a program that shares the queue with a daemon runs as that daemon's user. {@code workerd enqueue} does not know its
 * handlers, and needs {@code --force} for their names.
 *
 * <p>All its threads are daemon threads: it keeps no program alive. Thread-safe.
 */
public final class EmbeddedWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedWorker.class);
    /** For handlers that were interrupted. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Loop loop;
    private final Thread thread;
    private final Duration drainTimeout;

    EmbeddedWorker(Loop loop, Duration drainTimeout) {
        this.loop = loop;
        this.drainTimeout = drainTimeout;
        this.thread = new Thread(loop, "workerd");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * A worker on the queue in this file.
     *
     * @param file on a disk of this machine; it is made where there is none
     * @return what more is to be said
     */
    public static EmbeddedWorkerBuilder on(Path file) {
        return EmbeddedWorkerBuilder.on(file);
    }

    /**
     * A worker on the queue at this place.
     *
     * @param url as {@code queue.url} in the configuration: {@code sqlite:/FILE}, or {@code
     *     postgresql://USER@HOST[:PORT]/DATABASE}, which needs {@link EmbeddedWorkerBuilder#directory} and, on the class
     *     path, {@code org.postgresql:postgresql} and {@code com.zaxxer:HikariCP}
     * @return what more is to be said
     * @throws IllegalArgumentException it is no such URL
     */
    public static EmbeddedWorkerBuilder on(String url) {
        return EmbeddedWorkerBuilder.on(url);
    }

    /** {@return how many handlers run now} */
    public int busy() {
        return loop.busy();
    }

    /** {@return whether it takes jobs: false from the first call of {@link #drain} or {@link #close} on} */
    public boolean isOpen() {
        return loop.isOpen();
    }

    /** Takes no more jobs; what runs may end. Returns at once. */
    public void drain() {
        loop.stop(Stop.DRAIN);
    }

    /** As {@link #close(Duration)}, with the drain timeout that it was built with: 30 s unless said. */
    @Override
    public void close() {
        close(drainTimeout);
    }

    /**
     * Takes no more jobs, and waits until what runs has ended, at most for this long. Handlers that run on are interrupted
     * then, as on {@code workerd stop --now}, and their jobs are put back with the attempt given back. May be called again.
     *
     * @param drain zero: handlers are interrupted at once
     * @return false: a handler goes on 10 s after it was interrupted, or this thread was interrupted. Its job stays its own
     *     until it returns or this program ends.
     */
    public boolean close(Duration drain) {
        loop.stop(Stop.DRAIN);
        if (hasEnded(drain)) {
            return true;
        }
        loop.stop(Stop.NOW);
        boolean ended = hasEnded(GRACE);
        if (!ended) {
            LOG.warn("{} handlers run on although they were interrupted; no other daemon runs their jobs", busy());
        }
        return ended;
    }

    private boolean hasEnded(Duration patience) {
        try {
            thread.join(Math.max(1, patience.toMillis()));
        } catch (InterruptedException nobodyWaits) {
            loop.stop(Stop.NOW);
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
