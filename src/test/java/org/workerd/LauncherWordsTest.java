package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.workerd.job.Claim;
import org.workerd.job.Span;
import org.workerd.worker.attempt.Ledger;

/** The durations, spans and ledgers of Java, read and printed by the launcher. */
class LauncherWordsTest extends LauncherLaws {
    @Test
    void bothReadTheSameDurations() throws Exception {
        List<String> durations = new ArrayList<>(List.of(
                "",
                "s",
                "1",
                "1m1h",
                "1h1h",
                "1h 30m",
                "-1s",
                "1.5h",
                "1S",
                "1h30m",
                "36525d",
                "36526d",
                "999999999999d99999999h",
                "1234567890ms",
                "0000000000001s"));
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder();
            List<String> units = new ArrayList<>(List.of("d", "h", "m", "s", "ms", " ", "m"));
            while (text.isEmpty() || (chance.one(2) && !units.isEmpty())) {
                text.append("0".repeat(chance.one(5) ? chance.nextInt(9) : 0));
                text.append(Long.toString(chance.nextLong() >>> 1)
                        .substring(0, 1 + chance.nextInt(chance.one(4) ? 14 : 4)));
                String unit = units.get(chance.nextInt(chance.one(9) ? units.size() : Math.min(units.size(), 4)));
                units.subList(0, chance.one(9) ? 0 : units.indexOf(unit) + 1).clear();
                text.append(unit);
            }
            durations.add(text.toString());
        }
        assertThat(answers(durations, "timeout=$line; set_limit; echo $limit"))
                .containsExactlyElementsOf(
                        durations.stream().map(LauncherWordsTest::hundredths).toList());
    }

    private static String hundredths(String duration) {
        try {
            return duration + " " + Span.parse(duration).toMillis() / 10;
        } catch (IllegalArgumentException refused) {
            return duration + " ";
        }
    }

    /** Below a minute, where Java tells tenths too, the launcher tells whole seconds. */
    @Test
    void bothPrintTheSameSpans() throws Exception {
        List<Long> spans = new ArrayList<>(List.of(0L, 999L, 59_999L, 60_000L, 3_599_999L, 3_600_000L, 86_400_000L));
        for (int i = 0; i < 300; i++) {
            spans.add(chance.nextLong() >>> (20 + chance.nextInt(40)));
        }
        assertThat(answers(spans.stream().map(String::valueOf).toList(), "set_span \"$line\"; echo \"$span\""))
                .containsExactlyElementsOf(spans.stream()
                        .map(span -> span + " " + (span < 60_000 ? span / 1000 + "s" : brief(span)))
                        .toList());
    }

    private static String brief(long millis) {
        return Span.brief(Duration.ofMillis(millis));
    }

    @Test
    void theLauncherReadsTheLedgersThatDaemonsWrite() throws Exception {
        List<Ledger> ledgers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        Instant now = Instant.now();
        try {
            for (int number = 0; number < 40; number++) {
                Path directory = Files.createDirectories(top.resolve("ledgers").resolve("queue" + number));
                Ledger ledger = Ledger.create(directory, 1 + chance.nextInt(99));
                ledgers.add(ledger);
                boolean draining = chance.one(3);
                if (draining) {
                    ledger.draining();
                }
                expected.add("queue" + number + " " + draining + busy(ledger, now));
            }
            String said = launcher(
                    """
                    inode='' device='' inner=%1$s pid=%1$s elsewhere=''
                    date() { echo %2$s; }
                    for ledgers in "$1"/ledgers/*; do
                        read_ledger
                        echo "${ledgers##*/} $draining" $busy
                    done
                    """
                            .formatted(ProcessHandle.current().pid(), now.toEpochMilli()));
            assertThat(said.lines()).containsExactlyInAnyOrderElementsOf(expected);
        } finally {
            ledgers.forEach(Ledger::close);
        }
    }

    /** What the launcher is to tell: id, name, attempt and milliseconds of each slot that runs. */
    private String busy(Ledger ledger, Instant now) {
        StringBuilder busy = new StringBuilder();
        for (int slot = 0; slot < chance.nextInt(6); slot++) {
            long elapsed = chance.nextInt(100_000_000);
            String name = chance.some("a", "mail.send", "0_-", "N".repeat(128));
            Claim claim = claim(chance.nextLong() >>> (1 + chance.nextInt(60)), name, now.minusMillis(elapsed));
            switch (chance.nextInt(4)) {
                case 0 -> ledger.starting(slot, claim);
                case 1 -> ledger.started(slot, claim, 1 + chance.nextInt(4_000_000), chance.nextInt(99_999));
                case 2 -> {
                    ledger.started(slot, claim, 77, 88);
                    ledger.starting(slot, claim);
                }
                default -> {
                    ledger.started(slot, claim, 77, 88);
                    ledger.idle(slot);
                    continue;
                }
            }
            busy.append(" " + claim.jobId() + " " + name + " " + claim.attempt() + " " + elapsed);
        }
        return busy.toString();
    }

    private Claim claim(long id, String name, Instant since) {
        return new Claim(
                id,
                70,
                1,
                1 + chance.nextInt(1000),
                0,
                since,
                name,
                "default",
                0,
                List.of(),
                null,
                null,
                null,
                false,
                null);
    }

    /** Each line, and what the code prints for it. */
    private List<String> answers(List<String> lines, String code) throws Exception {
        Files.writeString(
                top.resolve("lines"), lines.stream().map(line -> line + "\n").collect(Collectors.joining()));
        return launcher(
                        """
                        usage() { exit 2; }
                        while IFS= read -r line; do echo "$line $(%s)"; done <"$1/lines"
                        """
                                .formatted(code))
                .lines()
                .toList();
    }
}
