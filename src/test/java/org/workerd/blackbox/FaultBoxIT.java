package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.Tool;

/**
 * Two machines serve one queue, and things go wrong: no two attempts of a job at once, none lost, and whoever is left
 * takes over in time. With {@code -Dworkerd.faults=1000} that many faults, chosen by {@code -Dworkerd.seed}.
 */
class FaultBoxIT {
    private static final int MACHINES = 2;
    /** Longer than a machine that vanished may be waited for, with room for one that is busy with other tests. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final int FAULTS = Integer.getInteger("workerd.faults", 0);

    @TempDir
    private Path temporary;

    private NetworkBox box;
    private PostgresCluster cluster;
    private Path diary;
    private Path go;
    private final List<Installation> machines = new ArrayList<>();
    private final List<String> jobs = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void build() throws Exception {
        box = NetworkBox.of(MACHINES);
        cluster = PostgresCluster.start(
                List.of("listen_addresses=*"),
                data -> Files.writeString(
                        data.resolve("pg_hba.conf"), "host all all 10.199.0.0/16 trust\n", StandardOpenOption.APPEND));
        diary = temporary.resolve("diary");
        go = temporary.resolve("go");
        for (int machine = 0; machine < MACHINES; machine++) {
            machines.add(machine(machine));
        }
    }

    /** Each beat of an attempt is a line of the diary, which has them in the order in which they came. */
    private Installation machine(int number) throws IOException {
        Installation machine = new Installation(Files.createDirectory(temporary.resolve("machine" + number)));
        machine.set(
                        "queue.url",
                        Installation.text("postgresql://postgres@" + box.here(number) + ":" + cluster.port()
                                + "/postgres?schema=jobs"))
                .set("daemon.dir", Installation.text("own"))
                .set("workers.concurrency", "2")
                .configure();
        machine.handler(
                "beat",
                "while read up _ </proc/uptime; echo \"$WORKERD_JOB_ID $WORKERD_TOKEN " + number + " $up\" >>'" + diary
                        + "'; [ ! -e '" + go + "' ]; do sleep 0.05; done");
        return machine;
    }

    @AfterEach
    void end() throws Exception {
        for (int machine = 0; machine < machines.size(); machine++) {
            box.mend(machine);
            if (Files.exists(machines.get(machine).pidfile)) {
                on(machine, "stop", "--now", "--timeout", "30s");
            }
        }
        cluster.close();
        box.remove();
    }

    private Shell.Done on(int machine, String... arguments) {
        List<String> line = new ArrayList<>(box.on(machine));
        line.addAll(machines.get(machine).line(arguments));
        return machines.get(machine).shell.run(line);
    }

    private void start(int machine) {
        Shell.Done done = on(machine, "start");
        assertThat(done.code()).as(done + machines.get(machine).logText()).isZero();
    }

    private void enqueue(int count) {
        for (int i = 0; i < count; i++) {
            Shell.Done done = on(0, "enqueue", "beat");
            assertThat(done.code()).as(done.toString()).isZero();
            jobs.add(done.out().strip());
        }
    }

    private record Beat(String job, long token, int machine, double at) {
        static Beat of(String line) {
            String[] words = line.split(" ");
            return new Beat(
                    words[0], Long.parseLong(words[1]), Integer.parseInt(words[2]), Double.parseDouble(words[3]));
        }
    }

    private List<Beat> beats() {
        return Files.exists(diary)
                ? Installation.read(diary).lines().map(Beat::of).toList()
                : List.of();
    }

    /** The last beat of each job. */
    private Map<String, Beat> latest() {
        Map<String, Beat> latest = new HashMap<>();
        beats().forEach(beat -> latest.put(beat.job, beat));
        return latest;
    }

    /** Until each job has had a beat on this machine after the time, in seconds since the kernel was started. */
    private void awaitAllOn(int machine, double after) {
        DaemonTest.until("machine " + machine + " runs all", PATIENCE, () -> {
            Map<String, Beat> latest = latest();
            return jobs.stream()
                    .allMatch(job -> latest.containsKey(job)
                            && latest.get(job).machine == machine
                            && latest.get(job).at > after);
        });
    }

    private static double now() {
        return Double.parseDouble(Installation.read(Path.of("/proc/uptime")).split(" ")[0]);
    }

    /** An attempt whose successor has begun is not heard of any more. */
    private void assertNoTwoAtOnce() {
        Map<String, Long> tokens = new HashMap<>();
        for (Beat beat : beats()) {
            assertThat(beat.token)
                    .as("attempts of job " + beat.job + " at " + beat.at + "; " + told)
                    .isGreaterThanOrEqualTo(tokens.getOrDefault(beat.job, 0L));
            tokens.put(beat.job, beat.token);
        }
    }

    private void assertAllDoneOnce() throws Exception {
        Files.createFile(go);
        List<String> wait = new ArrayList<>(List.of("wait", "--timeout", "120s"));
        wait.addAll(jobs);
        Shell.Done done = on(0, wait.toArray(String[]::new));
        assertThat(done.code()).as(done + machines.get(0).logText()).isZero();
        assertNoTwoAtOnce();
        try (Connection connection = cluster.connect(PostgresCluster.USER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from jobs.finished where state = 'done'")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(jobs.size());
        }
    }

    @Test
    void whatACutOffMachineRanStandsStillBeforeAnotherRunsItAndWhatADeadOneRanIsTakenOver() throws Exception {
        start(0);
        enqueue(2);
        awaitAllOn(0, 0);
        start(1);

        double cut = now();
        box.cut(0);
        awaitAllOn(1, cut);
        told.add("taken over " + (now() - cut) + " s after the cable was cut");
        box.mend(0);
        DaemonTest.until("it knows that they are not its own", PATIENCE, () -> machines.get(0)
                .logText()
                .contains("another daemon has taken over"));

        double killed = now();
        machines.get(1).kill9();
        awaitAllOn(0, killed);
        told.add("taken over " + (now() - killed) + " s after kill -9");
        assertAllDoneOnce();
    }

    /** By hand: a fault takes up to half a minute. */
    @Test
    @EnabledIfSystemProperty(named = "workerd.faults", matches = "[1-9][0-9]*")
    void noFaultMakesTwoAttemptsOfAJobRunAtOnce() throws Exception {
        long seed = Long.getLong("workerd.seed", System.nanoTime());
        Random random = new Random(seed);
        told.add("seed " + seed);
        for (int machine = 0; machine < MACHINES; machine++) {
            start(machine);
        }
        enqueue(3);
        for (int fault = 0; fault < FAULTS; fault++) {
            double begun = now();
            String kind = fault(random);
            DaemonTest.until("all run again after " + kind, PATIENCE, () -> {
                Map<String, Beat> latest = latest();
                return jobs.stream().allMatch(job -> latest.containsKey(job) && latest.get(job).at > begun + 1);
            });
            System.out.printf(Locale.ROOT, "fault %d: %s, %.1f s%n", fault, kind, now() - begun);
            assertNoTwoAtOnce();
        }
        assertAllDoneOnce();
    }

    private String fault(Random random) throws Exception {
        int machine = random.nextInt(MACHINES);
        switch (random.nextInt(4)) {
            case 0 -> {
                box.cut(machine);
                Duration length = Duration.ofMillis(1_000 + random.nextInt(29_000));
                Tool.run("sleep", String.valueOf(length.toMillis() / 1_000.0));
                box.mend(machine);
                return "a cut cable for " + length;
            }
            case 1 -> {
                machines.get(machine).kill9();
                start(machine);
                return "kill -9 of a daemon";
            }
            case 2 -> {
                cluster.run("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'workerd' and pid <> pg_backend_pid()");
                return "all sessions ended";
            }
            default -> {
                machines.get(machine).signal("STOP");
                Tool.run("sleep", String.valueOf(random.nextInt(5)));
                machines.get(machine).signal("CONT");
                return "a stopped daemon";
            }
        }
    }
}
