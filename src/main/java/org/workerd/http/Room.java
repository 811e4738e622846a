package org.workerd.http;

import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Settings;
import org.workerd.job.Printable;
import org.workerd.ops.DaemonReasons;
import org.workerd.ops.HandlerView;
import org.workerd.ops.WaitReasons;
import org.workerd.store.JobQueries;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;
import org.workerd.worker.loop.Inbox;

/**
 * What all answers are made with: the one thread of the API, its one connection for reading, and the worker's inbox for
 * changes. For that thread.
 */
final class Room implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);
    private static final int PATIENCE_SECONDS = 5;

    private final Parts parts;
    private final ScheduledThreadPoolExecutor thread;
    private @Nullable JobQueries queries;

    Room(Parts parts) {
        this.parts = parts;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, "http-api");
            made.setDaemon(true);
            return made;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** What is done with what became of a change. */
    interface Then<T> {
        void with(T result) throws Exception;
    }

    ScheduledThreadPoolExecutor thread() {
        return thread;
    }

    Parts parts() {
        return parts;
    }

    Settings settings() {
        return parts.settings().get();
    }

    Instant now() {
        return parts.clock().instant();
    }

    HandlerView handlers() {
        return HandlerView.of(settings());
    }

    /** Asks the queue, which is opened by the first who asks; once more when that connection turns out to be lost. */
    <T> T read(Function<JobQueries, T> question) {
        boolean wasOpen = queries != null;
        try {
            return readOnce(question);
        } catch (StoreException failure) {
            if (wasOpen && failure.kind() == StoreException.Kind.UNREACHABLE) {
                return readOnce(question);
            }
            throw failure;
        }
    }

    private <T> T readOnce(Function<JobQueries, T> question) {
        try {
            if (queries == null) {
                queries = parts.engine().openForReading();
            }
            return question.apply(queries);
        } catch (StoreException failure) {
            closeQueries();
            throw failure;
        }
    }

    /** Why jobs wait, as it is now. */
    WaitReasons reasons(JobQueries asked) {
        return new WaitReasons(
                asked,
                new DaemonReasons(asked, settings().directory()),
                settings().limits(),
                this::handlers,
                now());
    }

    /**
     * Has a change made, and goes on when it is committed; refused when it is not begun within some seconds. Each is a line
     * of the log.
     *
     * @param what the action and whom it is about
     */
    <T> void change(Exchange exchange, String what, Function<Moves, T> change, Then<T> then) {
        change(exchange, result -> what, change, then);
    }

    /** The same, where only what became of it tells the ids. */
    <T> void change(Exchange exchange, Function<T, String> what, Function<Moves, T> change, Then<T> then) {
        Inbox.Asked<T> asked;
        try {
            asked = parts.inbox().ask(change);
        } catch (Inbox.RefusedException refused) {
            throw Problem.busy(String.valueOf(refused.getMessage()));
        }
        var patience = thread.schedule(
                () -> {
                    if (parts.inbox().withdraw(asked)) {
                        exchange.problem(Problem.busy("the queue is locked, or the daemon is too busy"));
                    }
                },
                PATIENCE_SECONDS,
                TimeUnit.SECONDS);
        var unused = asked.answer()
                .whenComplete((result, failure) -> thread.execute(() -> guarded(exchange, () -> {
                    patience.cancel(false);
                    if (failure != null) {
                        throw failure instanceof CompletionException && failure.getCause() instanceof Exception cause
                                ? cause
                                : (Exception) failure;
                    }
                    LOG.atInfo()
                            .addKeyValue("by", exchange.caller().name())
                            .addKeyValue("from", exchange.caller().peer())
                            .log("http: {}", what.apply(result));
                    then.with(result);
                })));
    }

    /** Something of the API's that may fail, then told as a problem. */
    interface Work {
        void run() throws Exception;
    }

    static void guarded(Exchange exchange, Work work) {
        try {
            work.run();
        } catch (Problem problem) {
            exchange.problem(problem);
        } catch (StoreException failure) {
            exchange.problem(of(failure));
        } catch (Inbox.RefusedException refused) {
            exchange.problem(Problem.busy(String.valueOf(refused.getMessage())));
        } catch (Exception | StackOverflowError bug) {
            LOG.error("http: a request was not answered as it should be", bug);
            exchange.problem(new Problem(500, "bug", "a bug of ours", "See the log; please report it."));
        }
    }

    private static Problem of(StoreException failure) {
        String why = Printable.line(String.valueOf(failure.getMessage()));
        return switch (failure.kind()) {
            case INVALID -> Problem.invalid(why);
            case DISK -> new Problem(507, "disk", why, "Make room; nothing was changed.");
            case LOCKED -> Problem.busy(why);
            case UNREACHABLE ->
                new Problem(503, "unreachable", why, "See whether a change was made before you ask for it again.");
            case NOT_PERMITTED, MISSING, REFUSED, NEWER, OUTDATED, FOREIGN, DAMAGED, OTHER ->
                new Problem(503, "queue", why, "workerd doctor says what is wrong.");
        };
    }

    private void closeQueries() {
        if (queries != null) {
            queries.close();
            queries = null;
        }
    }

    @Override
    public void close() {
        thread.execute(this::closeQueries);
        thread.shutdown();
    }
}
