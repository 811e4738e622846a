package org.workerd.cli.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Ids;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** Many jobs from a file, one a line, stored in one transaction: all or none. Once, for one thread. */
public final class Batch {
    private static final int STEP = 5_000;

    private final Console console;
    private final Function<String, Optional<Failure>> refusal;
    private final Instant now;
    private final Ids ids = new Ids();
    private int line;

    /**
     * A batch whose delays count from now, by the clock of the queue.
     *
     * @param refusal of a job's name: why it is not stored; empty: it is
     */
    public Batch(Console console, Function<String, Optional<Failure>> refusal, Instant now) {
        this.console = console;
        this.refusal = refusal;
        this.now = now;
    }

    /** Stores what the file, or stdin for {@code -}, holds. */
    public Ids store(String file, JobStore store) throws IOException {
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
        Instant begun = store.transaction(moves -> moves.now(now));
        try (InputStream in = Files.newInputStream(file);
                BatchJobs jobs = new BatchJobs(new LineReader(in), refusal, begun)) {
            return store.transaction(moves -> enqueue(jobs, moves));
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

    private Ids enqueue(BatchJobs jobs, Moves moves) {
        while (true) {
            BatchJobs.Part part = jobs.next();
            int before = ids.count() / STEP;
            store(part.lines(), moves);
            if (ids.count() / STEP > before) {
                console.progress(ids.count() / STEP * STEP + " jobs …");
            }
            BatchJobs.End end = part.end();
            if (end != null) {
                line = end.line();
                end.rethrow();
                return ids;
            }
        }
    }

    private void store(List<BatchJobs.Line> lines, Moves moves) {
        if (lines.stream().allMatch(asked -> asked.job().isPlain())) {
            // Nothing that the queue holds can make it refuse one of these; somebody's own trigger may, and does not
            // say which.
            line = 0;
            moves.enqueue(lines.stream().map(BatchJobs.Line::job).toList()).forEach(this::note);
            return;
        }
        for (BatchJobs.Line asked : lines) {
            line = asked.number();
            note(moves.enqueue(asked.job()));
        }
    }

    private void note(Moves.Enqueued stored) {
        ids.add(stored.id(), stored.stored());
    }

    /** Names the line, and says what became of the others. */
    private Failure at(String name, Failure failure) {
        String advice = failure.advice().isEmpty() ? "" : failure.advice() + " ";
        return new Failure(
                failure.code(),
                name + (line == 0 ? "" : ":" + line) + ": " + failure.getMessage(),
                advice + "Nothing was stored.");
    }
}
