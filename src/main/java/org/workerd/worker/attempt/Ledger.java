package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.unix.LockFile;
import org.workerd.unix.ProcessInfo;

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
    private static final int NO_PROCESS = -1;

    private final LockFile file;
    private final ProcessInfo self;
    private volatile String state = "running";
    private volatile long died;

    private Ledger(LockFile file) {
        this.file = file;
        this.self = ProcessInfo.self();
    }

    /** The ledger of the daemon of this id, which is new, in a directory that exists. */
    public static Ledger create(Path directory, long daemon) {
        LockFile file = LockFile.tryAcquire(path(directory, daemon), MODE)
                .orElseThrow(() -> new IllegalStateException(
                        "the lock file of a new daemon is taken: " + path(directory, daemon)));
        file.lockByte();
        Ledger ledger = new Ledger(file);
        ledger.head();
        return ledger;
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
        state = "draining";
        head();
    }

    /** So many jobs have died here since it began, for whoever asks how it goes. */
    public void died(long count) {
        died = count;
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

    /** Whether the daemon said that it takes no more jobs; false also where its ledger cannot be read. */
    public static boolean isDraining(DaemonDirectory directory, long daemon) {
        try (Stream<String> lines = Files.lines(path(directory.ledgers(), daemon), StandardCharsets.ISO_8859_1)) {
            return lines.findFirst()
                    .map(Ledger::words)
                    .orElse(Map.of())
                    .getOrDefault("state", "")
                    .equals("draining");
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    /** What a dead daemon's ledger tells; empty when it cannot be read. */
    public static Optional<Contents> read(Path path) {
        try {
            List<String> lines = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
            return lines.isEmpty() ? Optional.empty() : Optional.of(parse(lines));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * A ledger's contents: of which boot, in which PID namespace its numbers hold (empty: it does not say), which session
     * the daemon's processes were in, what ran.
     */
    public record Contents(String boot, String namespace, int session, List<Entry> entries) {
        /** The numbers of processes in it mean to us what they meant to its daemon. */
        public boolean isOfHere() {
            return boot.equals(ProcessInfo.bootId()) && (namespace.isEmpty() || namespace.equals(namespace()));
        }

        /** Was the attempt of this claim begun? */
        public boolean hasBegun(Claim claim) {
            return entries.stream().anyMatch(entry -> entry.isOf(claim));
        }

        /** Why the attempt of this job was ended with its daemon, when that was on purpose. */
        public Optional<StopRequest.Cause> told(Claim claim) {
            return entries.stream()
                    .filter(entry -> entry.isOf(claim))
                    .flatMap(entry -> Stream.of(StopRequest.Cause.values())
                            .filter(cause -> cause.name().equals(entry.told())))
                    .findFirst();
        }

        /** Did it end between the start of a program and the note of its pid? */
        public boolean wasStarting() {
            return entries.stream().anyMatch(entry -> entry.pid() == 0);
        }
    }

    /**
     * An attempt, and its program, the leader of its process group.
     *
     * @param token its claim's; 0: a version of the program that did not say it
     * @param pid 0: it was about to be started; -1: it needed none
     * @param since in clock ticks since boot; nothing of it is older
     * @param told empty, or the cause for which it was ended with its daemon
     */
    public record Entry(long job, long token, int pid, long since, String told) {
        boolean isOf(Claim claim) {
            return token == 0 ? job == claim.jobId() : token == claim.token();
        }
    }

    private void head() {
        String text = "workerd pid=" + self.pid() + " start=" + self.startTime() + " boot=" + ProcessInfo.bootId()
                + " sid=" + self.session() + " pidns=" + namespace() + " died=" + died + " state="
                + state;
        file.writeAt(0, padded(text));
    }

    /** Of one word, as all that stands there. */
    private static String namespace() {
        return ProcessInfo.pidNamespace().replaceAll("\\s", "");
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

    private static Contents parse(List<String> lines) {
        Map<String, String> head = words(lines.get(0));
        List<Entry> entries = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Map<String, String> words = words(line);
            long job = number(words.get("job"));
            if (job > 0) {
                int pid = words.containsKey("pid") ? (int) number(words.get("pid")) : NO_PROCESS;
                entries.add(new Entry(
                        job,
                        number(words.get("token")),
                        pid,
                        number(words.get("start")),
                        words.getOrDefault("told", "")));
            }
        }
        return new Contents(
                head.getOrDefault("boot", ""), head.getOrDefault("pidns", ""), (int) number(head.get("sid")), entries);
    }

    private static Map<String, String> words(String line) {
        Map<String, String> words = new HashMap<>();
        for (String word : line.strip().split(" +", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    private static long number(@Nullable String digits) {
        return digits != null && digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }
}
