package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.workerd.job.Claim;
import org.workerd.unix.ByteLock;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * A program's standard input and output, opened and locked by us, so that the attempt is known to be alive as long as one
 * of its processes has either, in whatever PID namespace somebody asks; see Survival. We close our own copies once
 * the program has its own.
 */
public record Stdio(int input, int output) implements AutoCloseable {
    private static final int PRIVATE = 0600;
    private static final int OUTPUT_MODE = 0640;
    private static final int ROUNDS = 10;

    /**
     * Of this slot, for this claim, printing to a new file, whatever an attempt of this number left that was given back.
     *
     * @param spare as good as new, when there is one
     */
    static Stdio open(Premises premises, int slot, Claim claim, Path output, SpareFile spare) throws IOException {
        int input = input(premises, slot, claim);
        try {
            return new Stdio(input, output(output, claim.jobId(), spare));
        } catch (IOException | UnixException failure) {
            Posix.close(input);
            throw failure;
        }
    }

    private static int input(Premises premises, int slot, Claim claim) throws IOException {
        String payload = claim.payload();
        return payload == null || payload.isEmpty()
                ? empty(premises.input(), claim.jobId())
                : filled(premises.input(slot), payload.getBytes(StandardCharsets.UTF_8), claim.jobId());
    }

    /** One file for all that have no payload: it cannot be written to by what it is given to. */
    private static int empty(Path file, long job) {
        int input = Posix.open(file, Posix.READ | Posix.CREATE | Posix.NO_FOLLOW, PRIVATE);
        return locked(input, job, ByteLock.Kind.SHARED, file);
    }

    /** The file of the slot's attempt before, unless somebody has it yet. */
    private static int filled(Path file, byte[] payload, long job) throws IOException {
        int input = Posix.open(file, Posix.READ_WRITE | Posix.CREATE | Posix.NO_FOLLOW, PRIVATE);
        if (ByteLock.isAnyHeld(input)) {
            Posix.close(input);
            Files.delete(file);
            input = Posix.open(file, Posix.READ_WRITE | Posix.CREATE | Posix.EXCLUSIVE | Posix.NO_FOLLOW, PRIVATE);
        }
        try {
            Posix.truncate(input, 0);
            Posix.writeAt(input, 0, payload);
        } catch (UnixException failure) {
            Posix.close(input);
            throw failure;
        }
        return locked(input, job, ByteLock.Kind.EXCLUSIVE, file);
    }

    /** A lock of one who writes, which nobody can hold who may only read what jobs print. */
    private static int output(Path file, long job, SpareFile spare) throws IOException {
        Path directory = file.getParent();
        int fresh = spare.become(file) ? 0 : Posix.CREATE | Posix.EXCLUSIVE;
        for (int round = 0; ; round++) {
            try {
                int output = Posix.open(file, Posix.APPEND | Posix.NO_FOLLOW | fresh, OUTPUT_MODE);
                return locked(output, job, ByteLock.Kind.EXCLUSIVE, file);
            } catch (UnixException refused) {
                if (round == ROUNDS) {
                    throw refused;
                }
                if (refused.isMissing() && directory != null) {
                    Files.createDirectories(directory);
                } else if (!refused.isTaken()) {
                    throw refused;
                }
                // Also when somebody who may read it has locked it before us.
                Files.deleteIfExists(file);
                fresh = Posix.CREATE | Posix.EXCLUSIVE;
            }
        }
    }

    private static int locked(int descriptor, long job, ByteLock.Kind kind, Path file) {
        try {
            if (ByteLock.tryLock(descriptor, job, kind)) {
                return descriptor;
            }
            throw UnixException.taken("cannot lock " + file);
        } catch (UnixException failure) {
            Posix.close(descriptor);
            throw failure;
        }
    }

    @Override
    public void close() {
        Posix.close(input);
        Posix.close(output);
    }
}
