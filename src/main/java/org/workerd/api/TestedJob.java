package org.workerd.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.workerd.api.internal.AttemptLogger;
import org.workerd.api.internal.ResultText;

/** An attempt in a unit test, as its handler sees it; keeps what it says. Thread-safe. */
final class TestedJob implements JobContext, AutoCloseable {
    private final JobHandlerTester tester;
    private final Logger logger;
    private final List<String> log = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();
    /** Null once it has ended: the thread is the test's again. */
    private @Nullable Thread thread;

    private boolean cancelled;
    private @Nullable String result;
    private @Nullable Path scratch;
    private boolean closed;

    TestedJob(JobHandlerTester tester, Thread thread) {
        this.tester = tester;
        this.thread = thread;
        this.logger = new AttemptLogger(tester.name(), this::log);
    }

    void cancelAfter(Duration wait) {
        if (wait.toMillis() <= 0) {
            cancel();
        } else {
            CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::cancel);
        }
    }

    private synchronized void cancel() {
        if (thread != null) {
            cancelled = true;
            thread.interrupt();
        }
    }

    /** What comes later cancels nothing. */
    synchronized void end() {
        thread = null;
        if (cancelled) {
            // Meant for the attempt, not for what the test does next.
            Thread.interrupted();
        }
    }

    synchronized boolean wasCancelled() {
        return cancelled;
    }

    synchronized Optional<String> latestResult() {
        return Optional.ofNullable(result);
    }

    synchronized List<String> log() {
        return List.copyOf(log);
    }

    synchronized List<String> allProgress() {
        return List.copyOf(progress);
    }

    private synchronized void log(Level level, String message, @Nullable Throwable failure) {
        if (!closed) {
            log.add(level + " " + message + (failure == null ? "" : "\n" + TestedAttempt.trace(failure)));
        }
    }

    @Override
    public long id() {
        return tester.id();
    }

    @Override
    public String name() {
        return tester.name();
    }

    @Override
    public String queue() {
        return tester.queue();
    }

    @Override
    public List<String> args() {
        return tester.args();
    }

    @Override
    public Optional<String> payload() {
        return tester.payload();
    }

    @Override
    public int attempt() {
        return tester.attempt();
    }

    @Override
    public int lastAttempt() {
        return tester.lastAttempt();
    }

    /** What handlers of 0.1 ask for. */
    @Override
    @SuppressWarnings("deprecation")
    public int maxAttempts() {
        return lastAttempt();
    }

    @Override
    public Map<String, String> environment() {
        return tester.environment();
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void progress(int percent, String message) {
        int near = Math.max(0, Math.min(100, percent));
        synchronized (this) {
            progress.add(message.isBlank() ? "" + near : near + " " + message);
        }
        if (near >= tester.cancelAtPercent()) {
            cancel();
        }
    }

    @Override
    public Logger logger() {
        return logger;
    }

    @Override
    public synchronized Path directory() {
        if (closed) {
            throw new IllegalStateException("the attempt has ended, and its directory is used by another");
        }
        Path directory = scratch == null ? tester.directory().orElseGet(TestedJob::create) : scratch;
        scratch = directory;
        return directory;
    }

    private static Path create() {
        try {
            return Files.createTempDirectory("workerd-attempt-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public synchronized void result(String text) {
        result = ResultText.cut(text);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (scratch != null && tester.directory().isEmpty()) {
            remove(scratch);
        }
    }

    private static void remove(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
