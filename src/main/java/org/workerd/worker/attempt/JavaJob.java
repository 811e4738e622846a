package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.workerd.api.JobContext;
import org.workerd.api.internal.AttemptLogger;
import org.workerd.api.internal.ResultText;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Progress;
import org.workerd.worker.handlers.Failing;

/** One attempt as a handler in Java sees it. What it does not ask for is not made. Thread-safe. */
final class JavaJob implements JobContext, AutoCloseable {
    private final Claim claim;
    private final JobPolicy policy;
    private final Slot slot;
    private final StopRequest stop;
    private final LifeSigns signs;
    private final OutputLines lines;
    private final AttemptLogger logger;
    private final long since = System.nanoTime();
    private @Nullable Scratch scratch;
    private boolean closed;
    private volatile @Nullable String result;

    JavaJob(Attempt attempt, Slot slot) {
        this.claim = attempt.claim();
        this.policy = attempt.policy();
        this.stop = attempt.stop();
        this.signs = attempt.signs();
        this.slot = slot;
        Path file = Output.path(slot.premises().output(), claim.jobId(), claim.attempt());
        this.lines = new OutputLines(new Output(file, policy.outputLimit()), claim);
        this.logger = new AttemptLogger(claim.name(), this::log);
    }

    void begin() throws IOException {
        lines.begin();
    }

    boolean hasPrinted() {
        return lines.isThere();
    }

    void print(String text) {
        lines.print(text);
    }

    private void log(Level level, String message, @Nullable Throwable failure) {
        // The wall clock of the claim, moved on by the monotonic one.
        Instant now = claim.startedAt().plus(Duration.ofNanos(System.nanoTime() - since));
        String line = now.truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + message + "\n";
        lines.print(failure == null ? line : line + Failing.trace(failure));
    }

    /** What the handler left as the job's result, cut to what a result may be. */
    @Nullable
    String latestResult() {
        return result;
    }

    @Override
    public long id() {
        return claim.jobId();
    }

    @Override
    public String name() {
        return claim.name();
    }

    @Override
    public String queue() {
        return claim.queue();
    }

    @Override
    public List<String> args() {
        return claim.args();
    }

    @Override
    public Optional<String> payload() {
        return Optional.ofNullable(claim.payload());
    }

    @Override
    public int attempt() {
        return claim.attempt();
    }

    @Override
    public int lastAttempt() {
        return claim.lastAttempt(policy);
    }

    /** What handlers of 0.1 ask for. */
    @Override
    @SuppressWarnings("deprecation")
    public int maxAttempts() {
        return lastAttempt();
    }

    @Override
    public Map<String, String> environment() {
        return slot.environment();
    }

    @Override
    public boolean isCancelled() {
        return stop.cause() != null;
    }

    @Override
    public void progress(int percent, String message) {
        signs.progress(new Progress(Math.max(0, Math.min(100, percent)), message.isBlank() ? null : message));
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
        try {
            Scratch opened = scratch == null ? slot.scratch().open() : scratch;
            scratch = opened;
            return opened.work();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void result(String text) {
        String kept = ResultText.cut(text);
        if (kept.length() < text.length()) {
            JobLog.warn(claim, "a result of " + text.length() + " characters was truncated to 1 MiB");
        }
        result = kept;
    }

    @Override
    public synchronized void close() {
        closed = true;
        lines.close();
        if (scratch != null) {
            scratch.close();
        }
    }
}
