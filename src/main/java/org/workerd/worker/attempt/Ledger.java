package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.workerd.job.Claim;
import org.workerd.unix.LockFile;

/**
 * A daemon's lock file, {@code daemons/ID.lock} beside the queue: locked as long as it lives, and holding what its slots
 * run, so that whoever finds the lock free knows what to end. Lines of one width, overwritten in place; the launcher's
 * {@code status} reads them too. Thread-safe: each slot writes its own line.
 */
public final class Ledger implements AutoCloseable {
    private static final int WIDTH = 320;
    /** Whoever may open it could lock it. */
    public static final int MODE = 0600;

    private static final byte[] BLANK = blank();
    private static final String RUNNING = "running";
    private static final String HANDING_OVER = "handing-over";

    private final LockFile file;
    private final LedgerHead head;

    private Ledger(LockFile file, LedgerHead head) {
        this.file = file;
        this.head = head;
    }

    /** The ledger of the daemon of this id, which is new, in a directory that exists. */
    public static Ledger create(Path directory, long daemon) {
        LockFile file = LockFile.tryAcquire(path(directory, daemon), MODE)
                .orElseThrow(() -> new IllegalStateException(
                        "the lock file of a new daemon is taken: " + path(directory, daemon)));
        file.lockByte();
        Ledger ledger = new Ledger(file, new LedgerHead(1, 0, RUNNING));
        ledger.head();
        return ledger;
    }

    /**
     * Of the daemon of this id, which ran another version in this process until now, and left its ledger open and locked.
     *
     * @param image how many versions have run in this process
     * @param requests how many requests to restart were answered
     */
    public static Ledger inherit(Path directory, long daemon, int descriptor, int image, int requests) {
        return new Ledger(
                LockFile.inherit(path(directory, daemon), descriptor), new LedgerHead(image, requests, HANDING_OVER));
    }

    /** For who is executed in our place. */
    public int descriptor() {
        return file.descriptor();
    }

    /** How many versions have run in this process. */
    public int image() {
        return head.image();
    }

    /** How many requests to restart were answered. */
    public int requests() {
        return head.requests();
    }

    /** Another version is about to take over. */
    public void handingOver() {
        head.state(HANDING_OVER);
        head();
    }

    /** It works as always. */
    public void running() {
        head.state(RUNNING);
        head();
    }

    /** A request to restart was refused. */
    public void refused() {
        head.refused();
        running();
    }

    /** Beside it, where the daemon listens for HTTP, if it does. */
    public static Path listens(Path directory, long daemon) {
        return directory.resolve(daemon + ".http");
    }

    public static Path path(Path directory, long daemon) {
        return directory.resolve(daemon + ".lock");
    }

    /** From now on it takes no more jobs. */
    public void draining() {
        head.state("draining");
        head();
    }

    /** So many jobs have died here since it began, for whoever asks how it goes. */
    public void died(long count) {
        head.died(count);
        head();
    }

    /** The slot is about to start a program; until {@link #started}, only marks in its environment tell of it. */
    public void starting(int slot, Claim claim) {
        line(slot, describe(slot, claim) + " pid=0 start=0");
    }

    /**
     * The program runs.
     *
     * @param since in clock ticks since boot; nothing of it is older
     */
    public void started(int slot, Claim claim, int pid, long since) {
        line(slot, describe(slot, claim) + " pid=" + pid + " start=" + since);
    }

    /** An attempt that needs no process of its own. */
    public void startedHere(int slot, Claim claim) {
        line(slot, describe(slot, claim));
    }

    /** The daemon ends although this attempt does not, which was told to for this cause. */
    void abandoned(int slot, Claim claim, StopRequest.Cause cause) {
        line(slot, describe(slot, claim) + " told=" + cause);
    }

    public void idle(int slot) {
        line(slot, "slot=" + slot + " idle");
    }

    /** The daemon ends well: nothing of it is left to be found. */
    public void delete() throws IOException {
        file.closeAndDelete();
    }

    @Override
    public void close() {
        file.close();
    }

    private void head() {
        file.writeAt(0, padded(head.text()));
    }

    private void line(int slot, String text) {
        file.writeAt((slot + 1L) * WIDTH, padded(text));
    }

    private static String describe(int slot, Claim claim) {
        return "slot=" + slot + " job=" + claim.jobId() + " attempt=" + claim.attempt() + " name=" + claim.name()
                + " since=" + claim.startedAt().toEpochMilli() + " token=" + claim.token();
    }

    private static byte[] padded(String text) {
        byte[] line = BLANK.clone();
        byte[] words = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(words, 0, line, 0, Math.min(words.length, WIDTH - 1));
        return line;
    }

    private static byte[] blank() {
        byte[] line = new byte[WIDTH];
        Arrays.fill(line, (byte) ' ');
        line[WIDTH - 1] = '\n';
        return line;
    }
}
