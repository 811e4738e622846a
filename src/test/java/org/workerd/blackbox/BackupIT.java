package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backup is a whole queue, made while others write, and can be put back; there is never half a one. */
class BackupIT extends DaemonTest {
    private Path backup() {
        return at.top.resolve("copy of it.db");
    }

    private Path release() {
        return at.top.resolve("release");
    }

    /** One that ends once it may, and notes each run. */
    private void holdingHandler() {
        at.handler(
                "hold",
                "echo $WORKERD_JOB_ID >>'" + diary() + "'; until [ -e '" + release() + "' ]; do sleep 0.02; done");
    }

    private List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().startsWith("copy"))
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup", "copy"})
    void whereThereIsNoDirectoryNothingIsMade(String command) {
        at.start();
        at.stop();
        Path file = at.top.resolve("missing/queue.db");
        Shell.Done done =
                command.equals("copy") ? at.workerd("copy", "--to", "sqlite:" + file) : at.workerd("backup", file + "");
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.err())
                .isEqualTo("workerd: cannot write " + file + ": there is no directory " + file.getParent()
                        + "\n  Make it first.\n");
    }

    @Test
    void stdoutIsNoPlaceForABackup() {
        at.start();
        Shell.Done done = at.workerd("backup", "-");
        assertThat(done.code()).isEqualTo(2);
        assertThat(done.err()).startsWith("workerd: a backup is a file, and is not written to stdout\n");
    }

    @Test
    void whatRanWhenItWasMadeRunsAgainWhereItIsPutBackAndNothingIsLost() throws Exception {
        holdingHandler();
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        at.start();
        long done = jobs().enqueue("work");
        jobs().awaitState(done, "done");
        long held = jobs().enqueue("hold");
        jobs().awaitState(held, "running");
        until("it has begun", () -> diaryLines().contains(Long.toString(held)));
        long waiting = jobs().insert("name", "work", "run_at", 4_102_444_800_000L);
        assertThat(at.workerd("backup", backup().toString()).code()).isZero();
        long later = jobs().enqueue("work");
        jobs().awaitState(later, "done");
        Installation.write(release(), "");
        jobs().awaitState(held, "done");
        at.stop();

        // As the help says.
        jobs().close();
        for (String end : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(at.queue.resolveSibling(at.queue.getFileName() + end));
        }
        Files.copy(backup(), at.queue);
        Files.setPosixFilePermissions(at.queue, PosixFilePermissions.fromString("rw-rw----"));
        Files.delete(diary());
        at.start();
        try (Jobs restored = new Jobs(at.queue)) {
            restored.awaitState(held, "done");
            assertThat(restored.attempt(held)).isEqualTo(2);
            assertThat(restored.state(done)).isEqualTo("done");
            assertThat(restored.state(waiting)).isEqualTo("scheduled");
            assertThat(restored.count("jobs")).isEqualTo(3);
            assertThat(diaryLines()).containsExactly(Long.toString(held));
            // New jobs wake the daemon of a queue that was put back, too.
            restored.awaitState(restored.enqueue("work"), "done");
            assertThat(restored.ask("pragma integrity_check")).isEqualTo("ok");
        }
        at.stop();
    }

    @Test
    void besideWritersItIsTheQueueOfOneMoment() {
        at.handler("work", "exit 0");
        at.start();
        jobs();
        List<Long> before = new ArrayList<>();
        Shell.Running writer =
                at.shell.begin(at.line("enqueue", "--batch", batch(3000).toString()));
        for (int i = 0; i < 20; i++) {
            before.add(jobs().enqueue("work"));
        }
        assertThat(at.workerd("backup", backup().toString()).code()).isZero();
        assertThat(writer.await().code()).isZero();
        jobs().awaitAllDone();
        try (Jobs copy = new Jobs(backup())) {
            assertThat(copy.ask("pragma integrity_check")).isEqualTo("ok");
            assertThat(copy.ask("pragma journal_mode")).isEqualTo("wal");
            assertThat(copy.count("jobs where id in (" + before.toString().replaceAll("[\\[\\]]", "") + ")"))
                    .isEqualTo(before.size());
            // All of the batch, or nothing.
            assertThat(copy.count("jobs") - before.size()).isIn(0, 3000);
        }
        at.stop();
    }

    private Path batch(int lines) {
        Path file = at.top.resolve("batch.jsonl");
        Installation.write(file, "{\"name\":\"work\"}\n".repeat(lines));
        return file;
    }

    @Test
    void ofSeveralThatWantOneNameOneGetsIt() throws IOException {
        jobs();
        assertThat(at.workerd("init", at.top.resolve("other").toString()).code())
                .isZero();
        Path queue = at.top.resolve("other/queue/queue.db");
        List<String> line = List.of(
                Installation.LAUNCHER.toString(),
                "-c",
                at.top.resolve("other/workerd.toml").toString(),
                "backup",
                backup().toString());
        List<Shell.Running> racing =
                Stream.generate(() -> at.shell.begin(line)).limit(5).toList();
        List<Integer> codes =
                racing.stream().map(running -> running.await().code()).sorted().toList();
        assertThat(codes).containsExactly(0, 1, 1, 1, 1);
        assertThat(files(at.top)).containsExactly(backup());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup())))
                .isEqualTo("rw-------");
        byte[] kept = Files.readAllBytes(backup());
        assertThat(at.shell.run(line).err()).contains("exists already; nothing was changed");
        assertThat(at.workerd("backup", queue.toString()).code()).isEqualTo(1);
        assertThat(Files.readAllBytes(backup())).isEqualTo(kept);
    }

    @Test
    void onAFullDiskNothingIsLeft() throws Exception {
        needsRoot();
        assertThat(at.workerd("enqueue", "--force", "work", "--payload", "x".repeat(100_000))
                        .code())
                .isZero();
        Path disk = Files.createDirectory(at.top.resolve("disk"));
        if (at.shell
                        .run("mount", "-t", "tmpfs", "-o", "size=96k", "workerd-test", disk.toString())
                        .code()
                != 0) {
            needs("no mount");
        }
        try {
            Shell.Done done = at.workerd("backup", disk.resolve("copy.db").toString());
            assertThat(done.code()).isEqualTo(74);
            assertThat(done.err()).contains("the disk is full", "Nothing was changed");
            assertThat(files(disk)).isEmpty();
        } finally {
            at.shell.run("umount", "-l", disk.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "KILL"})
    void endedBeforeItIsWholeItHasNotTheName(String signal) throws Exception {
        try (Jobs filling = jobs()) {
            filling.execute(
                    "insert into jobs(name, payload) with recursive n(i) as (values(1) union all select i + 1 from n"
                            + " where i < 30000) select 'work', printf('%.4000c', 'x') from n");
        }
        Shell.Running running = at.shell.begin(at.line("backup", backup().toString()));
        until("it writes", () -> files(at.top).stream().anyMatch(file -> size(file) > 1 << 20));
        at.shell.kill(signal, running.process().pid());
        int code = running.await().code();
        assertThat(code).isNotZero();
        if (signal.equals("INT")) {
            assertThat(files(at.top)).isEmpty();
        } else {
            assertThat(files(at.top)).allMatch(file -> file.toString().contains("copy of it.db.new-"));
        }
        assertThat(backup()).doesNotExist();
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
