package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a handler prints is kept in a file, its head and its tail, and does not fill the disk. */
class OutputIT extends DaemonTest {
    @Test
    void stdoutAndStderrAreKeptInTheirOrder() throws Exception {
        at.handler("talk", "echo one; echo two >&2; echo three");
        at.start();
        long id = jobs().enqueue("talk");
        jobs().awaitState(id, "done");
        assertThat(output(id, 1)).hasContent("one\ntwo\nthree\n");
        assertThat(Files.getPosixFilePermissions(output(id, 1)).toString()).doesNotContain("OTHERS");
    }

    @Test
    void headAndTailAreKeptAndTheGapIsTold() throws Exception {
        at.set("jobs.output_limit", "\"64KiB\"").configure();
        at.handler("talk", "seq 1 100000");
        at.start();
        long id = jobs().enqueue("talk");
        jobs().awaitState(id, "done");
        String kept = Files.readString(output(id, 1));
        assertThat(kept).startsWith("1\n2\n3\n").endsWith("\n99999\n100000\n").contains("bytes left out here]");
        assertThat(kept.length()).isBetween(64 << 10, (64 << 10) + 200);
    }

    @Test
    void muchOutputDoesNotStayOnTheDiskEvenWhileTheHandlerRuns() throws Exception {
        at.handler(
                "flood",
                "head -c 60000000 /dev/zero; until [ -e '" + at.top.resolve("go") + "' ]; do sleep 0.02; done");
        at.start();
        long id = jobs().enqueue("flood");
        until("it has printed", () -> Files.exists(output(id, 1)) && Files.size(output(id, 1)) == 60_000_000);
        until("its blocks are given back", () -> kilobytesOnDisk(output(id, 1)) < 4_096);
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitState(id, "done");
        assertThat(Files.size(output(id, 1))).isBetween(1L << 20, (1L << 20) + 200);
    }

    @Test
    void eachAttemptHasItsOwn() {
        at.handler("talk", "echo attempt $WORKERD_ATTEMPT; [ $WORKERD_ATTEMPT -eq 2 ]");
        at.start();
        long id = jobs().enqueue("talk");
        jobs().awaitState(id, "done");
        assertThat(output(id, 1)).hasContent("attempt 1\n");
        assertThat(output(id, 2)).hasContent("attempt 2\n");
    }

    private Path output(long job, int attempt) {
        return at.queue.resolveSibling("output/" + job / 1000 + "/" + job + "." + attempt + ".log");
    }

    private long kilobytesOnDisk(Path file) {
        return Long.parseLong(at.shell.run("du", "-k", file.toString()).out().split("\t")[0]);
    }

    @Test
    void whoPrintsNothingLeavesNoFileAndNothingToTheNext() throws Exception {
        at.set("workers.concurrency", "1").configure();
        at.handler("quiet", "exit 0");
        at.handler("open", "chmod 666 /proc/self/fd/1");
        at.handler("loud", "echo $WORKERD_JOB_ID");
        List<String> names = List.of("quiet", "loud", "quiet", "open", "loud", "quiet", "loud", "quiet");
        List<Long> ids = names.stream().map(jobs()::enqueue).toList();
        at.start();
        jobs().awaitAllDone();
        try (Stream<Path> all = Files.walk(at.top)) {
            List<Path> files = all.filter(path -> path.toString().endsWith(".log"))
                    .filter(path -> path.toString().contains("/output/"))
                    .sorted()
                    .toList();
            assertThat(files)
                    .extracting(path -> path.getFileName() + " "
                            + Installation.read(path).strip() + " " + PosixFilePermissions.toString(mode(path)))
                    .containsExactlyElementsOf(Stream.of(1, 4, 6)
                            .map(ids::get)
                            .map(id -> id + ".1.log " + id + " rw-r-----")
                            .toList());
        }
    }

    private static Set<PosixFilePermission> mode(Path path) {
        try {
            return Files.getPosixFilePermissions(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
