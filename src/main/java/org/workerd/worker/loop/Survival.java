package org.workerd.worker.loop;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.workerd.config.DaemonDirectory;
import org.workerd.unix.ByteLock;
import org.workerd.unix.Posix;
import org.workerd.unix.ProcessInfo;
import org.workerd.unix.UnixException;
import org.workerd.worker.attempt.Output;
import org.workerd.worker.attempt.Premises;
import org.workerd.worker.attempt.Stdio;

/**
 * Whether an attempt lives whose daemon is dead: one of its processes still has its standard input or output, and with
 * it a lock that the kernel shows to every PID namespace, see {@link Stdio}. One whose processes have closed or
 * redirected all of that is only seen in /proc. Thread-safe.
 *
 * @param output what attempts print, for all daemons of the queue
 * @param scratch the daemon's
 */
public record Survival(Path output, Path scratch) {
    private static final String INPUTS = "{input,*.input}";

    /** Of the attempts of this daemon of the queue. */
    public static Survival of(DaemonDirectory directory, long daemon) {
        Premises premises = Premises.of(directory, daemon);
        return new Survival(premises.output(), premises.scratch());
    }

    /** A file, and what a lock there stands against. */
    private record Place(Path file, ByteLock.Kind against) {}

    /**
     * Does it live?
     *
     * @throws UnixException when nobody can tell
     */
    public boolean isAlive(long job, int attempt) {
        return held(job, attempt).isPresent();
    }

    /** Returns once it has ended; whoever starts a thread for this can't stop it. */
    void awaitEnd(long job, int attempt) {
        for (Optional<Place> held = held(job, attempt); held.isPresent(); held = held(job, attempt)) {
            ByteLock.Kind kind = held.get().against();
            opened(held.get(), kind == ByteLock.Kind.SHARED ? Posix.READ : Posix.READ_WRITE, descriptor -> {
                ByteLock.await(descriptor, job, kind);
                return true;
            });
        }
    }

    /** Which processes hold it, as far as we can see them. */
    public Predicate<ProcessInfo> holders(long job, int attempt) {
        List<Path> held = places(job, attempt).stream()
                .filter(place -> isHeld(place, job))
                .map(Place::file)
                .toList();
        long self = ProcessHandle.current().pid();
        return process -> process.pid() != self && held.stream().anyMatch(file -> process.holdsByteLock(file, job));
    }

    private Optional<Place> held(long job, int attempt) {
        return places(job, attempt).stream().filter(place -> isHeld(place, job)).findFirst();
    }

    private List<Place> places(long job, int attempt) {
        List<Place> places = new ArrayList<>();
        // Who may only read what jobs print can't hold up one of them by that.
        places.add(new Place(Output.path(output, job, attempt), ByteLock.Kind.SHARED));
        try (DirectoryStream<Path> inputs = Files.newDirectoryStream(scratch, INPUTS)) {
            inputs.forEach(input -> places.add(new Place(input, ByteLock.Kind.EXCLUSIVE)));
        } catch (NoSuchFileException none) {
            return places;
        } catch (IOException | DirectoryIteratorException unreadable) {
            throw new IllegalStateException("cannot find out which attempts of a dead daemon still run: " + unreadable);
        }
        return places;
    }

    private static boolean isHeld(Place place, long job) {
        return opened(place, Posix.READ, descriptor -> ByteLock.isHeld(descriptor, job, place.against()));
    }

    private static boolean opened(Place place, int flags, Predicate<Integer> asked) {
        int descriptor;
        try {
            descriptor = Posix.open(place.file(), flags | Posix.NO_FOLLOW | Posix.NON_BLOCKING, 0);
        } catch (UnixException failure) {
            if (failure.isMissing()) {
                return false;
            }
            throw failure;
        }
        try {
            return asked.test(descriptor);
        } finally {
            Posix.close(descriptor);
        }
    }
}
