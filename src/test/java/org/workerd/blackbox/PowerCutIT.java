package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.workerd.disk.Call;
import org.workerd.disk.Disk;
import org.workerd.disk.Fate;
import org.workerd.disk.Trace;

/**
 * Whatever was acknowledged is there after a power cut at any moment. All that commands, clients and a daemon ask the
 * kernel for is recorded once; what a disk may hold at a cut is made from that, looked at, and served by a daemon. At
 * every moment, and differently each time: {@code mvn verify -Dit.test=PowerCutIT -Dtest=none
 * -Dsurefire.failIfNoSpecifiedTests=false -Dpowercut.cuts=100000 -Dpowercut.daemons=20 -Dpowercut.seed=random}
 */
class PowerCutIT extends DaemonTest {
    private static final int CUTS = Integer.getInteger("powercut.cuts", 250);
    private static final int DAEMONS = Integer.getInteger("powercut.daemons", 2);
    private static final String SEED = System.getProperty("powercut.seed", "20261129");

    /** What is printed to a file below $told is a promise, or the beginning of what ends one. */
    private static final String DAY =
            """
            set -e
            cd '$top'
            workerd() { '$launcher' --config '$config' "$@"; }
            newest() { tail -n 1 told/stored; }
            workerd enqueue work >>told/stored
            '$java' -cp '$classpath' org.workerd.blackbox.JobQueueThreads '$queue' told/stored
            workerd start >&2
            workerd enqueue --batch batch >>told/stored
            workerd enqueue --payload @big work >>told/stored
            workerd enqueue --delay 1h work >>told/stored
            workerd cancel -q "$(newest)" >>told/cancelled
            newest >>told/retry-begins
            workerd retry -q "$(newest)" >&2
            workerd pause bulk 2>>told/paused
            workerd enqueue --wait fails >&2 || true
            echo >>told/backup-begins
            workerd backup queue/copy.db 2>>told/backed-up
            sqlite3 -cmd '.timeout 60000' '$queue' "insert into jobs(name, queue) values ('work', 'bulk') returning id" >>told/stored
            workerd cancel -q "$(newest)" >>told/cancelled
            newest >>told/delete-begins
            workerd delete -q "$(newest)" >>told/deleted
            echo >>told/resume-begins
            workerd resume bulk >&2
            workerd stop >&2
            """;

    private final long seed = SEED.equals("random") ? System.nanoTime() : Long.parseLong(SEED);
    private List<Trace.Moment> moments = List.of();
    private List<Integer> points = List.of();

    @Test
    void whatWasAcknowledgedIsThereAfterAPowerCutAtAnyMoment() throws Exception {
        needs("strace", "sqlite3");
        record();
        List<String> broken = violations(path -> true, someOf(points, CUTS));
        assertThat(broken).as("seed " + seed).isEmpty();

        assertThat(violations(path -> !path.toString().endsWith("-wal"), someOf(points, 20)))
                .as("were commits not synced, the test would tell")
                .isNotEmpty();
        assertThat(violations(path -> !Files.isDirectory(path), someOf(points, 20)))
                .as("were directories not synced, the test would tell")
                .isNotEmpty();

        for (int cut : someOf(points.subList(points.size() / 4, points.size()), DAEMONS)) {
            serve(cut);
        }

        CrashIT.report("power cut: " + moments.size() + " moments, " + points.size() + " of interest, "
                + Math.min(CUTS, points.size()) + " cuts, seed " + seed);
    }

    private void record() throws IOException {
        at.handler("work", "echo worked");
        at.handler("fails", "exit 65");
        Files.createDirectories(at.top.resolve("told"));
        Installation.write(at.top.resolve("told/stored"), "");
        Installation.write(at.top.resolve("batch"), "{\"name\":\"work\"}\n".repeat(30));
        Installation.write(at.top.resolve("big"), "x".repeat(300_000));
        String classPath = Installation.TREE.resolveSibling("test-classes") + ":"
                + Installation.TREE.resolveSibling("workerd-client.jar") + ":" + Installation.jar("sqlite-jdbc-");
        String script = DAY.replace("$top", at.top.toString())
                .replace("$launcher", Installation.LAUNCHER.toString())
                .replace("$config", at.config.toString())
                .replace("$queue", at.queue.toString())
                .replace("$java", System.getProperty("java.home") + "/bin/java")
                .replace("$classpath", classPath);
        Path calls = at.top.resolveSibling("calls");
        Shell.Done day = at.shell.run(Stream.concat(Trace.recorder(calls).stream(), Stream.of("sh", "-c", script))
                .toList());
        assertThat(day.code()).as(day.err()).isZero();
        moments = Trace.read(calls, at.top);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            if (isOfInterest(moments.get(i))) {
                found.add(i);
            }
        }
        points = found;
    }

    /** Something was told, a sync begins or has ended, or a name has changed. */
    private boolean isOfInterest(Trace.Moment moment) {
        Call call = moment.call();
        return isTold(moment) || call instanceof Call.Sync || moment.isReturn() && !(call instanceof Call.Write);
    }

    private boolean isTold(Trace.Moment moment) {
        Path path = moment.call().path();
        return !moment.isReturn()
                && moment.call() instanceof Call.Write
                && (path.startsWith(at.top.resolve("told")) || path.equals(at.log));
    }

    private TreeSet<Integer> someOf(List<Integer> all, int count) {
        List<Integer> some = new ArrayList<>(all);
        Collections.shuffle(some, new Random(seed));
        return new TreeSet<>(some.subList(0, Math.min(count, some.size())));
    }

    /** What is wrong after cuts at these moments; looks no further when it has found enough. */
    private List<String> violations(Predicate<Path> isSynced, TreeSet<Integer> cuts) throws IOException {
        List<String> found = new ArrayList<>();
        Disk disk = new Disk(isSynced);
        Promises promises = new Promises();
        for (int i = 0; i < moments.size() && found.size() < 10; i++) {
            advance(i, disk, promises);
            if (cuts.contains(i)) {
                Random random = new Random(seed + i);
                for (Fate fate : List.of(Fate.SYNCED, Fate.values()[1 + random.nextInt(Fate.values().length - 1)])) {
                    found.addAll(after(i, disk, promises, fate, random));
                }
            }
        }
        return found;
    }

    private void advance(int moment, Disk disk, Promises promises) {
        moments.get(moment).apply(disk);
        if (isTold(moments.get(moment))) {
            Call.Write told = (Call.Write) moments.get(moment).call();
            promises.told(told.path().getFileName().toString(), new String(told.bytes(), StandardCharsets.UTF_8));
        }
    }

    private List<String> after(int moment, Disk disk, Promises promises, Fate fate, Random random) throws IOException {
        Path image = Files.createDirectories(at.top.resolveSibling("image"));
        Path queue = at.queue.getParent();
        disk.writeAfterCut(
                queue,
                image,
                fate,
                random,
                path -> path.startsWith(at.queue.getParent())
                        && path.toString().matches(".*/(queue|copy)\\.db(-wal|-journal)?"));
        List<String> broken = promises.broken(image.resolve("queue.db"), image.resolve("copy.db"));
        try (Stream<Path> files = Files.list(image)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        return broken.stream()
                .map(what -> "cut after call " + moment + ", " + fate + ": " + what)
                .toList();
    }

    /** What ledgers say of processes was true for another boot, which only root can pretend. */
    private void startAfterBoot(Installation later) {
        if (!isRoot()) {
            later.start();
            return;
        }
        needs("unshare");
        Path boot = later.top.resolve("boot");
        Installation.write(boot, UUID.randomUUID() + "\n");
        List<String> line = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"",
                boot.toString()));
        line.addAll(later.line("start"));
        Shell.Done started = later.shell.run(line);
        assertThat(started.code()).as(started.err() + later.logText()).isZero();
    }

    /** A daemon that starts after the cut runs what had not ended, and nothing else. */
    private void serve(int cut) throws IOException {
        Disk disk = new Disk(path -> true);
        Promises promises = new Promises();
        for (int i = 0; i <= cut; i++) {
            advance(i, disk, promises);
        }
        Installation later = new Installation(at.top.resolve("cut at " + cut));
        later.handler("work", "echo $WORKERD_JOB_ID >>'" + later.top + "/diary'");
        later.handler("fails", "exit 65");
        disk.writeAfterCut(
                at.queue.getParent(), later.queue.getParent(), Fate.SOME, new Random(seed + cut), path -> true);
        startAfterBoot(later);
        try (Jobs jobs = new Jobs(later.queue)) {
            until(
                    "all has run",
                    Duration.ofSeconds(60),
                    () -> jobs.count(
                                    "job_status where queue <> 'bulk' and state not in ('done', 'dead', 'cancelled', 'scheduled')")
                            == 0);
        }
        later.stop();
        assertThat(promises.broken(later.queue, later.queue.resolveSibling("copy.db")))
                .isEmpty();
        assertThat(later.logText()).doesNotContain(" ERROR ");
        Path diary = later.top.resolve("diary");
        List<Long> ran = Files.exists(diary)
                ? Files.readAllLines(diary).stream().map(Long::valueOf).toList()
                : List.of();
        assertThat(ran).doesNotHaveDuplicates().noneMatch(promises.ended()::contains);
    }
}
