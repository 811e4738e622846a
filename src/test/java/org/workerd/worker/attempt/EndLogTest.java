package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.unix.ProcessInfo;

/** How attempts ended, as a daemon that was killed leaves it to the next. */
class EndLogTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");

    @TempDir
    Path top;

    private EndLog log;

    @AfterEach
    void close() {
        if (log != null) {
            log.close();
        }
    }

    private EndLog open() {
        log = new EndLog(top.resolve("1"), InstantSource.fixed(NOW));
        return log;
    }

    private Map<Long, EndNote> read() {
        return EndLog.read(top.resolve("1"));
    }

    private Path file() {
        return top.resolve("1/ends.0");
    }

    private static EndNote done(long token, String result) {
        return new EndNote(token, NOW, null, new Outcome.Exited(0, result));
    }

    /** A kind of outcome that has a value of a new type fails here. */
    @Test
    void whateverTheOutcomeItIsReadAsItWasNoted() throws Exception {
        Random random = new Random(20_261_129);
        Map<Long, EndNote> noted = new HashMap<>();
        open();
        for (long token = 1; token <= 2_000; token++) {
            Progress progress = random.nextInt(3) == 0 ? new Progress(random.nextInt(101), text(random)) : null;
            EndNote end = new EndNote(token, NOW.plusMillis(random.nextInt()), progress, outcome(random));
            noted.put(token, end);
            assertThat(log.note(end)).isPresent();
        }

        assertThat(read()).isEqualTo(noted);
    }

    private static Outcome outcome(Random random) throws ReflectiveOperationException {
        Class<?>[] kinds = Outcome.class.getPermittedSubclasses();
        RecordComponent[] parts = kinds[random.nextInt(kinds.length)].getRecordComponents();
        Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(types).map(type -> value(type, random)).toArray();
        return (Outcome)
                parts[0].getDeclaringRecord().getDeclaredConstructor(types).newInstance(values);
    }

    private static Object value(Class<?> type, Random random) {
        if (type == boolean.class) {
            return random.nextBoolean();
        }
        if (type == int.class) {
            return random.nextInt();
        }
        if (random.nextInt(4) == 0) {
            return null;
        }
        return type == Integer.class
                ? (Object) random.nextInt()
                : type == Duration.class ? Duration.ofNanos(random.nextLong()) : text(random);
    }

    private static String text(Random random) {
        int length = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(40);
        return random.ints(length, 0, 0x2fff)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void aResultOfTheLargestSizeIsKept() {
        String result = "ä".repeat(1 << 20);
        open().note(done(1, result));
        assertThat(read()).containsOnly(Map.entry(1L, done(1, result)));
    }

    @Test
    void ofANoteThatWasCutShortNothingIsBelievedAndOfThoseBeforeItAll() throws Exception {
        open();
        long whole = log.note(done(1, "first")).orElseThrow().size();
        long end = log.note(done(2, "second")).orElseThrow().size();
        byte[] both = Arrays.copyOf(Files.readAllBytes(file()), (int) end);

        for (int length = 0; length < both.length; length++) {
            Files.write(file(), Arrays.copyOf(both, length));
            assertThat(read().keySet())
                    .as("cut to " + length + " bytes")
                    .isEqualTo(length < whole ? Set.of() : Set.of(1L));
        }
        for (int at = (int) whole; at < both.length; at++) {
            byte[] torn = both.clone();
            torn[at] ^= 1;
            Files.write(file(), torn);
            assertThat(read().keySet()).as("other at " + at).containsExactly(1L);
        }
    }

    @Test
    void whatWasNotedBeforeAnotherBootIsNotBelieved() throws Exception {
        open().note(done(1, "42"));
        String other = "0".repeat(ProcessInfo.bootId().length());
        String text = Files.readString(file(), StandardCharsets.ISO_8859_1);
        Files.writeString(file(), text.replace(ProcessInfo.bootId(), other), StandardCharsets.ISO_8859_1);

        assertThat(read()).isEmpty();
    }

    @Test
    void aFileThatOthersMayWriteIsNotBelieved() throws Exception {
        open().note(done(1, "42"));
        assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw--w----"));

        assertThat(read()).isEmpty();
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws Exception {
        open().note(done(1, "42"));
        Path elsewhere = Files.move(file(), top.resolve("elsewhere"));
        Files.createSymbolicLink(file(), elsewhere);

        assertThat(read()).isEmpty();
    }

    /** What stands behind the last note is what an older one left there: say, a result that somebody chose. */
    @Test
    void aResultThatLooksLikeANoteIsNone() throws Exception {
        byte[] forged = forged();
        open();
        long end = log.note(done(2, "")).orElseThrow().size();

        byte[] bytes = Files.readAllBytes(file());
        System.arraycopy(forged, 0, bytes, (int) end, forged.length);
        Files.write(file(), bytes);

        assertThat(read().keySet()).containsExactly(2L);
    }

    /** As another daemon writes it. */
    private byte[] forged() throws IOException {
        try (EndLog other = new EndLog(top.resolve("2"), InstantSource.fixed(NOW))) {
            long first = other.note(done(3, "forged")).orElseThrow().size();
            long second = other.note(done(3, "forged")).orElseThrow().size();
            return Arrays.copyOfRange(Files.readAllBytes(top.resolve("2/ends.0")), (int) first, (int) second);
        }
    }

    @Test
    void whatTheDatabaseHasMakesRoomForWhatComes() throws Exception {
        open();
        List<EndFile> needed = new ArrayList<>();
        long most = 0;
        for (long token = 1; token <= 20_000; token++) {
            needed.add(log.note(done(token, "x".repeat(100))).orElseThrow());
            // There is never a moment in which all is written.
            if (needed.size() == 200) {
                log.forget(needed.subList(0, 199));
                needed = new ArrayList<>(needed.subList(199, 200));
            }
            if (token % 1_000 == 0) {
                most = Math.max(most, Files.size(file()) + Files.size(top.resolve("1/ends.1")));
                assertThat(read()).containsKey(token);
            }
        }
        assertThat(most).isLessThan(1 << 20);
    }

    @Test
    void whatIsNeededStaysWhileTheOtherFileIsWritten() {
        open();
        EndFile kept = log.note(done(1, "kept")).orElseThrow();
        for (long token = 2; token <= 10_000; token++) {
            log.forget(List.of(log.note(done(token, "x".repeat(100))).orElseThrow()));
        }
        assertThat(read()).containsEntry(1L, done(1, "kept"));
        log.forget(List.of(kept));
    }

    @Test
    void onceItIsClosedNothingIsNoted() {
        open().note(done(1, "42"));
        log.close();
        log.close();
        assertThat(log.note(done(2, "43"))).isEmpty();
        assertThat(read().keySet()).containsExactly(1L);
    }
}
