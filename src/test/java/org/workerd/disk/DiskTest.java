package org.workerd.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
    private static final Path ROOT = Path.of("/disk");
    private static final Path FILE = ROOT.resolve("file");

    @TempDir
    private Path images;

    private final Disk disk = new Disk(path -> true);
    private final Random random = new Random(1);
    private int cuts;

    private void happen(Call... calls) {
        for (Call call : calls) {
            call.entered(disk);
            call.returned(disk);
        }
    }

    private static Call.Write write(Path path, long offset, String text) {
        return new Call.Write(path, offset, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Each file with what is in it. */
    private Map<String, String> afterCut(Fate fate) throws IOException {
        Path image = images.resolve(Integer.toString(++cuts));
        Files.createDirectory(image);
        disk.writeAfterCut(ROOT, image, fate, random, path -> true);
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(image.relativize(file).toString(), Files.readString(file));
            }
        }
        return found;
    }

    @Test
    void contentNeedsAnFsyncOfTheFileAndANameOneOfItsDirectory() throws IOException {
        happen(new Call.Open(FILE, false), write(FILE, 0, "ab"));
        assertThat(afterCut(Fate.SYNCED)).isEmpty();
        assertThat(afterCut(Fate.SYNCED_AND_NAMES)).isEqualTo(Map.of("file", ""));
        assertThat(afterCut(Fate.ALL)).isEqualTo(Map.of("file", "ab"));
        happen(new Call.Sync(FILE));
        assertThat(afterCut(Fate.SYNCED)).isEmpty();
        happen(new Call.Sync(ROOT), write(FILE, -1, "c"));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", "ab"));
        assertThat(afterCut(Fate.ALL)).isEqualTo(Map.of("file", "abc"));
    }

    @Test
    void anFsyncCoversNothingThatReturnedAfterItWasEntered() throws IOException {
        happen(new Call.Open(FILE, false), new Call.Sync(ROOT), write(FILE, 0, "before"));
        Call.Sync sync = new Call.Sync(FILE);
        sync.entered(disk);
        happen(write(FILE, 0, "during"));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", ""));
        sync.returned(disk);
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", "before"));
    }

    @Test
    void anythingUnsyncedMayBeThereOrNot() throws IOException {
        happen(new Call.Open(FILE, false), new Call.Sync(ROOT), write(FILE, 0, "1"), write(FILE, 1, "2"));
        TreeMap<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            seen.merge(afterCut(Fate.SOME).getOrDefault("file", "gone"), 1, Integer::sum);
        }
        assertThat(seen.keySet()).containsExactly("", "\0002", "1", "12");
    }

    @Test
    void aTornWriteKeepsAnySectorsOfIt() throws IOException {
        happen(new Call.Open(FILE, false), new Call.Sync(ROOT), write(FILE, 0, "-".repeat(1024)), new Call.Sync(FILE));
        happen(write(FILE, 256, "+".repeat(512)));
        String first = "-".repeat(256) + "+".repeat(256) + "-".repeat(512);
        String second = "-".repeat(512) + "+".repeat(256) + "-".repeat(256);
        TreeMap<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            seen.merge(afterCut(Fate.SOME).getOrDefault("file", "gone"), 1, Integer::sum);
        }
        assertThat(seen.keySet()).hasSize(4).contains(first, second);
    }

    @Test
    void whatIsInADirectoryIsLostWithIt() throws IOException {
        Path directory = ROOT.resolve("directory");
        Path file = directory.resolve("file");
        happen(new Call.MakeDirectory(directory), new Call.Open(file, false), write(file, 0, "x"));
        happen(new Call.Sync(file), new Call.Sync(directory));
        assertThat(afterCut(Fate.SYNCED)).isEmpty();
        happen(new Call.Sync(ROOT));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("directory/file", "x"));
    }

    @Test
    void aRenameLeavesOneNameOrTheOther() throws IOException {
        Path other = ROOT.resolve("other");
        happen(new Call.Open(FILE, false), write(FILE, 0, "x"), new Call.Sync(FILE), new Call.Sync(ROOT));
        happen(new Call.Rename(FILE, other));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", "x"));
        assertThat(afterCut(Fate.ALL)).isEqualTo(Map.of("other", "x"));
        happen(new Call.Sync(ROOT));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("other", "x"));
    }

    @Test
    void aLinkAndARemovalAreNames() throws IOException {
        Path other = ROOT.resolve("other");
        happen(new Call.Open(FILE, false), write(FILE, 0, "x"), new Call.Sync(FILE), new Call.Sync(ROOT));
        happen(new Call.Link(FILE, other), new Call.Remove(FILE));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", "x"));
        happen(new Call.Sync(ROOT));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("other", "x"));
    }

    @Test
    void aTraceIsReadInItsOrder() throws IOException {
        Path calls = images.resolve("calls");
        Files.writeString(
                calls,
                """
                7  openat(AT_FDCWD<%1$s>, "%2$s", O_WRONLY|O_CREAT|O_EXCL, 0640) = 3<%2$s>
                7  openat(AT_FDCWD<%1$s>, "%2$s", O_WRONLY|O_CREAT|O_EXCL, 0640) = -1 EEXIST (File exists)
                7  pwrite64(3<%2$s>, "\\x61\\x0a", 2, 4096) = 2
                7  fsync(3<%2$s> <unfinished ...>
                12 write(1<%2$s>, "\\x62", 1) = 1
                12 write(1<pipe:[7]>, "\\x62", 1) = 1
                12 write(1<%3$s>, "\\x62", 1) = 1
                7  <... fsync resumed>)              = 0
                12 unlink("%2$s" <unfinished ...>
                12 +++ killed by SIGKILL +++
                """
                        .formatted(hex("/disk"), hex("/disk/file"), hex("/elsewhere")));
        assertThat(Trace.read(calls, ROOT).stream()
                        .map(moment -> moment.call().getClass().getSimpleName()
                                + (moment.isReturn() ? " returned" : " entered")))
                .containsExactly(
                        "Open entered",
                        "Open returned",
                        "Open entered",
                        "Write entered",
                        "Write returned",
                        "Sync entered",
                        "Write entered",
                        "Write returned",
                        "Sync returned",
                        "Remove entered");
        Trace.read(calls, ROOT).forEach(moment -> moment.apply(disk));
        happen(new Call.Sync(ROOT));
        assertThat(afterCut(Fate.SYNCED)).isEqualTo(Map.of("file", "\0".repeat(4096) + "a\n"));
        assertThat(afterCut(Fate.ALL)).isEqualTo(Map.of("file", "\0".repeat(4096) + "a\nb"));
    }

    private static String hex(String text) {
        return text.chars()
                .mapToObj(character -> "\\x" + Integer.toHexString(character))
                .collect(Collectors.joining());
    }
}
