package org.workerd.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.workerd.api.JobContext;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Progress;

/** One attempt as a handler in Java sees it. What it does not ask for is not made. Thread-safe. */
final class JavaJob implements JobContext, AutoCloseable {
    private static final int LONGEST_RESULT = 1 << 20;

    private final Claim claim;
    private final JobPolicy policy;
    private final Slot slot;
    private final StopRequest stop;
    private final LifeSigns signs;
    private final OutputLines lines;
    private final JobLogger logger;
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
        // The wall clock of the claim, moved on by the monotonic one.
        this.logger = new JobLogger(
                claim.name(), lines, () -> claim.startedAt().plus(Duration.ofNanos(System.nanoTime() - since)));
    }

    void begin() throws IOException {
        lines.begin();
    }

    void print(String text) {
        lines.print(text);
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
            throw new IllegalStateException("the attempt is over, and its directory is another's");
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
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(LONGEST_RESULT, 3 * text.length()));
        CharBuffer rest = CharBuffer.wrap(text);
        // Stops before the first character that has no room.
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(rest, bytes, true);
        if (rest.hasRemaining()) {
            JobLog.warn(claim, "a result of " + text.length() + " characters is cut to 1 MiB");
        }
        result = text.substring(0, rest.position());
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
