package org.workerd.worker.attempt;

import java.io.File;
import java.nio.file.Path;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.handlers.OwnUser;

/**
 * Where a daemon's attempts run.
 *
 * @param scratch this daemon's own directory, gone when it ends
 * @param output what attempts print, for all daemons of the queue
 */
public record Premises(Path scratch, Path output) {
    private static final long A_FEW_LINES = 1 << 16;

    public static Premises of(DaemonDirectory directory, long daemon) {
        return new Premises(directory.scratch().resolve(Long.toString(daemon)), directory.output());
    }

    /** The daemon ends: its scratch directory goes. */
    public static void remove(Premises premises) {
        Scratch.delete(premises.scratch());
    }

    /** Another version of the daemon goes on here: the copies of jars that the one before it had loaded go. */
    public static void inherit(Premises premises) {
        Scratch.delete(premises.scratch().resolve("plugins"));
    }

    /** Only one attempt at a time runs in a slot, so its directory is its own. */
    Scratch scratch(int slot) {
        return new Scratch(scratch.resolve(Integer.toString(slot)));
    }

    /** What the program in that slot writes its result to, which is its mark. */
    public Path result(int slot) {
        return scratch(slot).result();
    }

    /** The standard input of all attempts that have no payload: an empty file, locked by each at its job's id. */
    Path input() {
        return scratch.resolve("input");
    }

    /** The standard input of an attempt in that slot that has a payload. */
    Path input(int slot) {
        return scratch.resolve(slot + ".input");
    }

    /** There is no room to write as much as a few lines. */
    boolean isFull() {
        File place = output.toFile();
        // Root may use what is kept back from others.
        return (OwnUser.id() == 0 ? place.getFreeSpace() : place.getUsableSpace()) < A_FEW_LINES;
    }
}
