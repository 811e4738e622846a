package org.workerd.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workerd.api.JobHandler;
import org.workerd.config.DaemonDirectory;
import org.workerd.daemon.DaemonException;
import org.workerd.daemon.Registration;
import org.workerd.engine.Engines;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.ops.OutputTail;
import org.workerd.store.DaemonStore;
import org.workerd.store.Moves;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;
import org.workerd.worker.attempt.Plan;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.JavaHandlers;
import org.workerd.worker.loop.AlarmText;
import org.workerd.worker.loop.Identity;
import org.workerd.worker.loop.Worker;

/**
 * Puts a worker together, as the daemon does, without what only a daemon needs.
 *
 * @param policy of jobs that say nothing themselves; the queue says how many attempts they have
 */
record Start(
        QueueUrl queue,
        DaemonDirectory directory,
        Map<String, JobHandler> handlers,
        int concurrency,
        JobPolicy policy) {
    /** How long a transaction waits for another process's before the loop backs off. */
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(1);

    private static final Duration POLL = Duration.ofSeconds(5);
    /** As that of daemons unless configured. */
    private static final Duration FENCE = Duration.ofSeconds(10);

    private static final String OTHERS = "*";

    /** After its first turn; when that fails, nothing is left. */
    Loop loop() {
        Parts parts = new Parts();
        try {
            Loop loop = loop(parts);
            loop.firstTurn();
            return loop;
        } catch (IOException failure) {
            parts.stop();
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "cannot serve the queue in " + directory.path() + ": " + failure,
                    failure);
        } catch (DaemonException | UnixException failure) {
            parts.stop();
            throw new StoreException(StoreException.Kind.OTHER, String.valueOf(failure.getMessage()), failure);
        } catch (RuntimeException | Error failure) {
            parts.stop();
            throw failure;
        }
    }

    private Loop loop(Parts parts) throws IOException {
        Registration.makeDirectory(directory.path());
        DaemonStore store = Engines.of(queue, LOCK_PATIENCE).serve();
        parts.add(store::close);
        Identity identity = Registration.ofProgram(store, directory, concurrency);
        // When its row cannot be removed now, the lock is freed all the same, and a daemon removes it.
        parts.add(identity.ledger()::close);
        parts.add(() -> Registration.end(store, identity));
        Wakeup wakeup = new Wakeup();
        AlarmText none = news -> {
            throw new IllegalStateException("no alarm is configured");
        };
        Worker worker = new Worker(
                store,
                identity,
                plan(store.transaction(Moves::maxAttempts)),
                new Worker.Surroundings(directory, wakeup, store.clock(), none, OutputTail::news));
        parts.add(worker::close);
        store.watch(wakeup::hint);
        store.fence(FENCE, worker.fence(true));
        return new Loop(worker, wakeup, store::check, parts);
    }

    private Plan plan(Map<String, Integer> maxAttempts) {
        Map<String, JobPolicy> byName = new HashMap<>();
        maxAttempts.forEach((name, most) -> byName.put(name, with(most)));
        byName.remove(OTHERS);
        JobPolicy defaults = with(maxAttempts.getOrDefault(OTHERS, policy.maxAttempts()));
        return new Plan(
                concurrency,
                POLL,
                Handlers.inJavaAlone(JavaHandlers.of(handlers)),
                Map.of(),
                new Policies(defaults, byName),
                Limits.NONE,
                Retention.DEFAULT,
                List.of(),
                true);
    }

    private JobPolicy with(int maxAttempts) {
        return new JobPolicy(policy.timeout(), maxAttempts, policy.backoff(), policy.killGrace(), policy.outputLimit());
    }
}
