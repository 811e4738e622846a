package org.workerd.http;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.workerd.job.ByteSize;

/**
 * Reads one body as it comes, in no thread of its own, until it is whole, too large or too late. Jetty breaks a connection
 * off when a request ends while a read is pending, so the request ends only after the last one. Thread-safe.
 */
final class Intake {
    private static final int BODY_SECONDS = 30;

    private final Request request;
    private final int most;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private volatile ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean reading = true;
    private @Nullable Callback waiting;

    /**
     * Of a request that nobody has read from.
     *
     * @param most how many bytes it may be
     */
    Intake(Request request, int most) {
        this.request = request;
        this.most = most;
    }

    /** The body; it fails when it does not come in time, or is too large. */
    CompletableFuture<byte[]> start() {
        read();
        // Most have come whole already: no timer for those.
        return whole.isDone() ? whole : whole.orTimeout(BODY_SECONDS, TimeUnit.SECONDS);
    }

    /** What the client is told of a failure. */
    static Problem problem(Throwable failure) {
        if (failure instanceof Problem known) {
            return known;
        }
        return failure instanceof HttpException
                ? Problem.ofServer(400, "the chunks of the body are malformed")
                : new Problem(408, "too-slow", "the body did not come", "");
    }

    /** What ends the request, and waits until nothing is read any more. */
    Callback last(Callback end) {
        return Callback.from(() -> endOrWait(end), end::failed);
    }

    static Problem tooLarge(int most) {
        return new Problem(413, "too-large", "the body must be at most " + ByteSize.format(most), "");
    }

    private void read() {
        while (!whole.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this::read);
                return;
            }
            take(chunk);
        }
        end();
    }

    private void take(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            whole.completeExceptionally(chunk.getFailure());
            return;
        }
        boolean isLast = chunk.isLast();
        byte[] bytes = BufferUtil.toArray(chunk.getByteBuffer());
        chunk.release();
        ByteArrayOutputStream before = kept;
        if (before.size() + bytes.length > most) {
            whole.completeExceptionally(tooLarge(most));
            return;
        }
        before.writeBytes(bytes);
        if (isLast) {
            whole.complete(before.toByteArray());
        }
    }

    private void end() {
        Callback end;
        synchronized (this) {
            reading = false;
            end = waiting;
        }
        if (end != null) {
            end.succeeded();
        }
    }

    private void endOrWait(Callback end) {
        synchronized (this) {
            if (reading) {
                waiting = end;
                kept = new ByteArrayOutputStream(0);
                ChannelConnector.answered(request);
                return;
            }
        }
        end.succeeded();
    }
}
