package org.workerd.cli.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Failure;
import org.workerd.job.NewJob;
import org.workerd.ops.BatchLine;

/**
 * The jobs of a batch's lines. A thread of its own reads some ahead while those before them are stored: the transaction,
 * which keeps everybody else out, is as long as the writing alone. For one thread, which has to close it.
 */
final class BatchJobs implements AutoCloseable {
    private static final int MOST_LINES = 200;
    /** In characters, so that long lines do not fill the memory. */
    private static final int ENOUGH = 1 << 16;

    private static final int PARTS_AHEAD = 4;

    private final BlockingQueue<Part> ahead = new ArrayBlockingQueue<>(PARTS_AHEAD);
    private final LineReader lines;
    private final Function<String, Optional<Failure>> refusal;
    private final Instant now;
    private final Thread reader = new Thread(this::read, "batch");

    /**
     * Begins to read.
     *
     * @param refusal of a job's name: why it is not stored; empty: it is
     * @param now from when delays count
     */
    BatchJobs(LineReader lines, Function<String, Optional<Failure>> refusal, Instant now) {
        this.lines = lines;
        this.refusal = refusal;
        this.now = now;
        reader.setDaemon(true);
        reader.start();
    }

    /** Lines that follow one another. After the last part, whose end says why there are no more, none comes. */
    record Part(List<Line> lines, @Nullable End end) {}

    /** A line that asks for a job; its number counts from 1. */
    record Line(int number, NewJob job) {}

    /**
     * Why no line follows.
     *
     * @param line of the failure
     * @param failure null: that was all. A {@link Failure}, an {@link IllegalArgumentException} with a sentence about
     *     the line, an {@link UncheckedIOException}; or whatever else went wrong
     */
    record End(int line, @Nullable Throwable failure) {
        /** Throws the failure, if it is one. */
        void rethrow() {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    /** Waits for it. */
    Part next() {
        try {
            @Nullable Part next = null;
            while (next == null) {
                boolean reading = reader.isAlive();
                next = ahead.poll(1, TimeUnit.SECONDS);
                if (next == null && !reading) {
                    throw new IllegalStateException("the batch is read no further");
                }
            }
            return next;
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading a batch", told);
        }
    }

    /** Reads no further. */
    @Override
    public void close() {
        reader.interrupt();
    }

    private void read() {
        try {
            Part part;
            do {
                part = part();
                ahead.put(part);
            } while (part.end() == null);
        } catch (InterruptedException nobodyWantsMore) {
            Thread.currentThread().interrupt();
        }
    }

    private Part part() {
        List<Line> read = new ArrayList<>();
        int number = 0;
        try {
            for (int length = 0; read.size() < MOST_LINES && length < ENOUGH; ) {
                number = lines.number() + 1;
                String text = lines.next();
                if (text == null) {
                    return new Part(read, new End(number, null));
                }
                if (!text.isBlank()) {
                    read.add(new Line(number, job(text)));
                    length += text.length();
                }
            }
            return new Part(read, null);
        } catch (IOException failure) {
            return new Part(read, new End(number, new UncheckedIOException(failure)));
        } catch (RuntimeException | Error failure) {
            return new Part(read, new End(number, failure));
        }
    }

    private NewJob job(String text) {
        NewJob job = BatchLine.parse(text, now);
        refusal.apply(job.name()).ifPresent(failure -> {
            throw failure;
        });
        return job;
    }
}
