package org.workerd.worker.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Alarms;
import org.workerd.job.Backoff;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.sqlite.SqliteEngine;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Premises;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.JarStamp;
import org.workerd.worker.handlers.JavaHandlers;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.handlers.Plugin;

/** A worker on a real queue, with handlers in this JVM and a clock that only the test moves. */
public abstract class WorkerFixture {
    @TempDir
    protected Path top;

    protected final Wakeup wakeup = new Wakeup();
    protected final Map<String, JobHandler> handlers = new HashMap<>();
    protected Instant now = Instant.parse("2026-03-04T05:06:07Z");
    protected DaemonDirectory directory;
    protected FailingStore store;
    protected Identity identity;
    protected Worker worker;
    protected String onDead;

    /** How long a handler that was told to end may take. */
    protected Duration killGrace = Duration.ofMinutes(1);

    protected String onFailure;
    protected Limits limits = Limits.NONE;

    @BeforeEach
    protected void openTheQueue() throws Exception {
        Path file = top.resolve("queue.db");
        directory = DaemonDirectory.beside(file);
        for (Path own : List.of(directory.ledgers(), directory.scratch(), directory.output())) {
            Files.createDirectory(own);
        }
        store = new FailingStore(new SqliteEngine(file, Duration.ofSeconds(30)).serve());
        identity = store.transaction(moves -> {
            long daemon = moves.register(1, "here", 2, now);
            return new Identity(
                    daemon,
                    new Moves.Runner(1, "here"),
                    Ledger.create(directory.ledgers(), daemon),
                    Premises.of(directory, daemon));
        });
    }

    @AfterEach
    protected void close() throws Exception {
        if (worker != null) {
            worker.close();
        }
        identity.ledger().close();
        store.close();
    }

    protected interface Body {
        JobResult handle(JobContext job) throws Exception;
    }

    protected void handler(String name, Body body) {
        handlers.put(name, new JobHandler() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public JobResult handle(JobContext job) throws Exception {
                return body.handle(job);
            }
        });
    }

    /** With the handlers that are known by now. */
    protected void start(int slots) {
        worker = new Worker(
                store,
                identity,
                plan(slots),
                new Worker.Surroundings(directory, wakeup, () -> now, WorkerFixture::alarm, (file, limit) -> to -> {}));
    }

    private static String alarm(AlarmText.News news) {
        JobView job = news.job();
        return news.event().word() + " " + job.id() + " " + job.state().word() + " "
                + news.attempts().size() + " " + news.outputTail().strip();
    }

    protected Plan plan(int slots) {
        Plugin plugin =
                new Plugin(new JarStamp(top.resolve("tests.jar"), 1, 1, 1), List.copyOf(handlers.keySet()), null);
        JobPolicy twice = new JobPolicy(
                Duration.ofHours(1),
                2,
                new Backoff.Fixed(Duration.ofSeconds(20)),
                killGrace,
                1 << 20,
                new Alarms(onDead, onFailure));
        return new Plan(
                slots,
                Duration.ofSeconds(5),
                new Handlers(top, OwnUser.id(), new JavaHandlers(List.of(plugin), handlers)),
                Map.of(),
                new Policies(twice, Map.of()),
                limits,
                Retention.DEFAULT,
                List.of(),
                false);
    }

    protected long enqueue(String name) {
        return store.transaction(moves -> moves.enqueue(NewJob.of(name))).id();
    }

    protected JobView view(long id) {
        try (JobQueries queries = store.queries()) {
            return queries.find(id).orElseThrow();
        }
    }

    protected JobState state(long id) {
        return view(id).state();
    }
}
