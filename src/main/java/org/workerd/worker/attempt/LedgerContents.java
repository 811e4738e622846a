package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.unix.ProcessInfo;

/**
 * A ledger's contents: of which boot, in which PID namespace its numbers hold (empty: it does not say), which session
 * the daemon's processes were in, what ran.
 */
public record LedgerContents(String boot, String namespace, int session, List<Entry> entries) {
    private static final int NO_PROCESS = -1;

    /** Whether the daemon said that it takes no more jobs; false also where its ledger cannot be read. */
    public static boolean isDraining(DaemonDirectory directory, long daemon) {
        try (Stream<String> lines =
                Files.lines(Ledger.path(directory.ledgers(), daemon), StandardCharsets.ISO_8859_1)) {
            return lines.findFirst()
                    .map(CarriedForm::words)
                    .orElse(Map.of())
                    .getOrDefault("state", "")
                    .equals("draining");
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    /** What a dead daemon's ledger tells; empty when it cannot be read. */
    public static Optional<LedgerContents> read(Path path) {
        try {
            List<String> lines = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
            return lines.isEmpty() ? Optional.empty() : Optional.of(parse(lines));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The numbers of processes in it mean to us what they meant to its daemon. */
    public boolean isOfHere() {
        return boot.equals(ProcessInfo.bootId()) && (namespace.isEmpty() || namespace.equals(LedgerHead.namespace()));
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

    private static LedgerContents parse(List<String> lines) {
        Map<String, String> head = CarriedForm.words(lines.get(0));
        List<Entry> entries = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Map<String, String> words = CarriedForm.words(line);
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
        return new LedgerContents(
                head.getOrDefault("boot", ""), head.getOrDefault("pidns", ""), (int) number(head.get("sid")), entries);
    }

    private static long number(@Nullable String digits) {
        return digits != null && digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }
}
