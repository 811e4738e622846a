package org.workerd.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.api.JobFunction;
import org.workerd.api.JobHandler;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Backoff;
import org.workerd.job.JobPolicy;
import org.workerd.job.Names;
import org.workerd.store.QueueUrl;

/** What is said of an {@link EmbeddedWorker} before it starts. Not thread-safe. */
public final class EmbeddedWorkerBuilder {
    private final QueueUrl queue;
    private final Map<String, JobHandler> handlers = new TreeMap<>();
    private int concurrency = Runtime.getRuntime().availableProcessors();
    private Duration timeout = JobPolicy.DEFAULT.timeout();
    private Backoff backoff = JobPolicy.DEFAULT.backoff();
    private Duration drainTimeout = Duration.ofSeconds(30);
    private @Nullable Path directory;
    private @Nullable Path passwordFile;

    private EmbeddedWorkerBuilder(QueueUrl queue) {
        this.queue = queue;
    }

    static EmbeddedWorkerBuilder on(Path file) {
        return new EmbeddedWorkerBuilder(new QueueUrl.Sqlite(file.toAbsolutePath()));
    }

    static EmbeddedWorkerBuilder on(String url) {
        if (url.startsWith(QueueUrl.Postgres.SCHEME)) {
            return new EmbeddedWorkerBuilder(QueueUrl.Postgres.parse(url));
        }
        if (url.startsWith(QueueUrl.Sqlite.SCHEME + "/")) {
            return on(Path.of(url.substring(QueueUrl.Sqlite.SCHEME.length())));
        }
        throw new IllegalArgumentException("expected sqlite:/FILE or postgresql://USER@HOST/DATABASE");
    }

    /**
     * Runs jobs with this handler.
     *
     * @param handler asked for its name once
     * @return this
     * @throws IllegalArgumentException no job may have its name, or another handler has it
     */
    public EmbeddedWorkerBuilder handler(JobHandler handler) {
        String name = Names.checked("the name of " + handler.getClass().getName(), handler.name());
        if (handlers.putIfAbsent(name, handler) != null) {
            throw new IllegalArgumentException("there are two handlers named " + name);
        }
        return this;
    }

    /**
     * Runs jobs of this name.
     *
     * @param name 1 to 128 of A-Z a-z 0-9 . _ - and the first a letter or digit
     * @param function a lambda, or a handler, whose own name is not asked for
     * @return this
     * @throws IllegalArgumentException no job may have this name, or another handler has it
     */
    public EmbeddedWorkerBuilder handler(String name, JobFunction function) {
        return handler(JobHandler.of(name, function));
    }

    /**
     * Runs jobs with the handlers that the files {@code META-INF/services/org.workerd.api.JobHandler} name.
     *
     * @param loader whose class path is searched
     * @return this
     * @throws IllegalArgumentException as {@link #handler(JobHandler)} does
     * @throws java.util.ServiceConfigurationError one of them cannot be loaded
     */
    public EmbeddedWorkerBuilder handlersOf(ClassLoader loader) {
        ServiceLoader.load(JobHandler.class, loader).forEach(this::handler);
        return this;
    }

    /**
     * Else as many as there are processors.
     *
     * @param most how many handlers run at once
     * @return this
     */
    public EmbeddedWorkerBuilder concurrency(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, was " + most);
        }
        concurrency = most;
        return this;
    }

    /**
     * Else 1 h.
     *
     * @param longest that an attempt may take if the job does not say it; then its thread is interrupted
     * @return this
     */
    public EmbeddedWorkerBuilder timeout(Duration longest) {
        timeout = longest;
        return this;
    }

    /**
     * Else it grows with each attempt: 1 s, 16 s, 81 s, up to a day.
     *
     * @param wait between an attempt that failed and the next one
     * @return this
     */
    public EmbeddedWorkerBuilder backoff(Duration wait) {
        backoff = new Backoff.Fixed(wait);
        return this;
    }

    /**
     * Else 30 s.
     *
     * @param longest how long {@link EmbeddedWorker#close()} lets handlers run
     * @return this
     */
    public EmbeddedWorkerBuilder drainTimeout(Duration longest) {
        drainTimeout = longest;
        return this;
    }

    /**
     * Where its lock and the output of its jobs are. With SQLite it is the queue's own directory, and is not set.
     *
     * @param own on a disk of this machine, writable by this user alone; made where there is none
     * @return this
     * @throws IllegalArgumentException the queue is a file
     */
    public EmbeddedWorkerBuilder directory(Path own) {
        if (queue instanceof QueueUrl.Sqlite) {
            throw new IllegalArgumentException("with SQLite it is the queue's directory");
        }
        directory = own.toAbsolutePath();
        return this;
    }

    /**
     * Else the password is looked for in {@code PGPASSFILE} or {@code ~/.pgpass}, and in {@code PGPASSWORD}.
     *
     * @param file holds the password of PostgreSQL's user on its first line
     * @return this
     */
    public EmbeddedWorkerBuilder passwordFile(Path file) {
        passwordFile = file.toAbsolutePath();
        return this;
    }

    /**
     * Opens the queue, makes it where there is none, and runs jobs from then on.
     *
     * @return the worker, to be closed
     * @throws IllegalStateException no handler was given, or no directory with PostgreSQL
     * @throws org.workerd.store.StoreException the queue cannot be served: its kind and message say why
     */
    public EmbeddedWorker start() {
        if (handlers.isEmpty()) {
            throw new IllegalStateException("there is no handler: no job would ever run");
        }
        JobPolicy policy = JobPolicy.DEFAULT;
        Start start = new Start(
                url(),
                daemonDirectory(),
                Map.copyOf(handlers),
                concurrency,
                new JobPolicy(timeout, policy.maxAttempts(), backoff, policy.killGrace(), policy.outputLimit()));
        return new EmbeddedWorker(start.loop(), drainTimeout);
    }

    private QueueUrl url() {
        return queue instanceof QueueUrl.Postgres postgres && passwordFile != null
                ? postgres.withPasswordFile(passwordFile)
                : queue;
    }

    private DaemonDirectory daemonDirectory() {
        if (queue instanceof QueueUrl.Sqlite sqlite) {
            return DaemonDirectory.beside(sqlite.file());
        }
        if (directory == null) {
            throw new IllegalStateException("with PostgreSQL the worker needs a directory of its own");
        }
        return new DaemonDirectory(directory, "queue");
    }
}
