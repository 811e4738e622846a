package org.workerd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** Many jobs from a file, one a line, stored in one transaction: all or none. Once, for one thread. */
final class Batch {
    private static final int STEP = 5_000;

    private final Console console;
    private final @Nullable HandlerCheck handlers;
    private final Instant now;
    private final Ids ids = new Ids();
    private int line;

    /**
     * A batch whose delays count from now.
     *
     * @param handlers null: any name will do
     */
    Batch(Console console, @Nullable HandlerCheck handlers, Instant now) {
        this.console = console;
        this.handlers = handlers;
        this.now = now;
    }

    /** Stores what the file, or stdin for {@code -}, holds. */
    Ids store(String file, JobStore store) throws IOException {
        Path path = Path.of(file);
        if (!file.equals("-") && Files.isRegularFile(path)) {
            return storeFile(file, path, store);
        }
        // Whoever writes into a pipe may take his time, and the transaction keeps everybody else out: so not within it.
        Path copy = Files.createTempFile("workerd", ".jsonl");
        try {
            if (file.equals("-")) {
                Files.copy(console.input(), copy, StandardCopyOption.REPLACE_EXISTING);
            } else {
                try (InputStream in = Files.newInputStream(path)) {
                    Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            return storeFile(file, copy, store);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private Ids storeFile(String name, Path file, JobStore store) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            LineReader lines = new LineReader(in);
            return store.transaction(moves -> enqueue(lines, moves));
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        } catch (IllegalArgumentException wrong) {
            throw at(name, new Failure(ExitCode.USAGE, String.valueOf(wrong.getMessage()), ""));
        } catch (Failure refused) {
            throw at(name, refused);
        } catch (StoreException broken) {
            throw broken.kind() == StoreException.Kind.INVALID
                    ? at(name, new Failure(ExitCode.USAGE, String.valueOf(broken.getMessage()), ""))
                    : broken;
        } finally {
            console.progress("");
        }
    }

    private Ids enqueue(LineReader lines, Moves moves) {
        while (true) {
            line = lines.number() + 1;
            String text = next(lines);
            if (text == null) {
                return ids;
            }
            if (!text.isBlank()) {
                NewJob job = BatchLine.parse(text, now);
                refusal(job.name()).ifPresent(failure -> {
                    throw failure;
                });
                Moves.Enqueued stored = moves.enqueue(job);
                ids.add(stored.id(), stored.stored());
                if (ids.count() % STEP == 0) {
                    console.progress(ids.count() + " jobs …");
                }
            }
        }
    }

    private static @Nullable String next(LineReader lines) {
        try {
            return lines.next();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Optional<Failure> refusal(String name) {
        return handlers == null ? Optional.empty() : handlers.refusal(name);
    }

    /** Names the line, and says what became of the others. */
    private Failure at(String name, Failure failure) {
        String advice = failure.advice().isEmpty() ? "" : failure.advice() + " ";
        return new Failure(
                failure.code(), name + ":" + line + ": " + failure.getMessage(), advice + "Nothing was stored.");
    }
}
