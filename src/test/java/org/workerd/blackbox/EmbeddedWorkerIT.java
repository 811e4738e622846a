package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.kenai.jffi.Function;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.workerd.PluginJars;
import org.workerd.PostgresCluster;

/** A program of somebody's that runs jobs itself, beside a daemon of the same queue. */
class EmbeddedWorkerIT extends DaemonTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** In Java and in sh the same: says who runs it, and ends when there is a file {@code go}. */
    private static final String PROGRAM =
            """
            import java.nio.file.*;
            import java.time.Duration;
            import org.workerd.api.JobResult;
            import org.workerd.embedded.*;

            class Shop {
                public static void main(String[] args) throws Exception {
                    Path diary = Path.of(args[1]);
                    Path go = Path.of(args[2]);
                    EmbeddedWorkerBuilder builder = EmbeddedWorker.on(args[0]);
                    if (args.length > 3) {
                        builder.directory(Path.of(args[3]));
                    }
                    builder.handler("work", job -> {
                        say(diary, "begin embedded " + job.id());
                        while (!Files.exists(go)) {
                            Thread.sleep(10);
                        }
                        say(diary, "end embedded " + job.id());
                        return JobResult.done();
                    });
                    EmbeddedWorker worker = builder.start();
                    say(diary, "embedded is up");
                    System.in.read();
                    System.exit(worker.close(Duration.ZERO) ? 0 : 1);
                }

                static synchronized void say(Path diary, String line) throws Exception {
                    Files.writeString(diary, line + "\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
            }
            """;

    private final List<Process> programs = new ArrayList<>();

    @AfterEach
    void endPrograms() throws InterruptedException {
        for (Process program : programs) {
            program.destroyForcibly().waitFor();
        }
    }

    private Path go() {
        return at.top.resolve("go");
    }

    private void handlerOf(Installation machine, String name) {
        machine.handler(
                "work",
                "echo \"begin " + name + " $WORKERD_JOB_ID\" >>'" + diary() + "'\n"
                        + "while [ ! -e '" + go() + "' ]; do sleep 0.05; done\n"
                        + "echo \"end " + name + " $WORKERD_JOB_ID\" >>'" + diary() + "'");
    }

    private Process program(String... arguments) throws IOException {
        Path classes = Files.createDirectories(at.top.resolve("classes"));
        if (!Files.exists(classes.resolve("Shop.class"))) {
            PluginJars.compile(Map.of("Shop", PROGRAM), classes);
        }
        Path foreign = PluginJars.locationOf(Function.class);
        String libraries = Stream.concat(
                        Stream.of(
                                classes,
                                Installation.TREE.resolveSibling("workerd-embedded.jar"),
                                Installation.TREE.resolveSibling("workerd-api.jar"),
                                foreign.resolveSibling(
                                        foreign.getFileName().toString().replace(".jar", "-native.jar"))),
                        Stream.of(
                                        Function.class,
                                        Errno.class,
                                        Logger.class,
                                        org.sqlite.JDBC.class,
                                        org.postgresql.Driver.class,
                                        HikariDataSource.class)
                                .map(PluginJars::locationOf))
                .map(Path::toString)
                .collect(Collectors.joining(":"));
        List<String> line = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-cp", libraries, "Shop"));
        line.addAll(List.of(arguments));
        Process program = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(at.top.resolve("program.log").toFile())
                .start();
        programs.add(program);
        awaitDiary("embedded is up");
        return program;
    }

    private void awaitDiary(String line) {
        await(line)
                .atMost(PATIENCE)
                .until(() -> Files.exists(diary()) && diaryLines().contains(line));
    }

    @Test
    void whoeverIsKilledTheOtherRunsItsJobs() throws Exception {
        handlerOf(at, "daemon");
        jobs();
        Process program = program("sqlite:" + at.queue, diary().toString(), go().toString());
        long first = jobs().enqueue("work");
        awaitDiary("begin embedded " + first);
        at.start();
        // With a turn behind it in which it saw the other.
        long other = jobs().enqueue("nothing");
        at.awaitLog("jobs named nothing wait");
        assertThat(at.workerd("stats", "--json").out()).contains("\"pid\":" + program.pid());
        assertThat(jobs().state(first)).isEqualTo("running");

        program.destroyForcibly().waitFor();
        awaitDiary("begin daemon " + first);

        // And the other way round: the daemon's program is ended before the job runs again.
        program("sqlite:" + at.queue, diary().toString(), go().toString());
        at.kill9();
        await().atMost(PATIENCE)
                .until(() -> diaryLines().stream()
                                .filter(("begin embedded " + first)::equals)
                                .count()
                        == 2);
        assertThat(diaryLines()).noneMatch(line -> line.startsWith("end "));
        Files.createFile(go());
        jobs().awaitState(first, "done");
        awaitDiary("end embedded " + first);
        assertThat(diaryLines().stream().filter(line -> line.startsWith("end ")))
                .hasSize(1);
        assertThat(jobs().state(other)).isEqualTo("ready");
    }

    @Test
    void onPostgresADaemonElsewhereRunsTheJobsOfOneThatIsKilled() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start(List.of())) {
            String url = cluster.url(PostgresCluster.USER, PostgresCluster.USER, "jobs");
            handlerOf(at, "daemon");
            at.set("queue.url", Installation.text(url))
                    .set("daemon.dir", Installation.text("own"))
                    .configure();
            Process program = program(
                    url,
                    diary().toString(),
                    go().toString(),
                    at.top.resolve("embedded").toString());
            String id = at.workerd("enqueue", "work").out().strip();
            awaitDiary("begin embedded " + id);
            at.start();
            assertThat(at.workerd("stats", "--json").out()).contains("\"pid\":" + program.pid());

            program.destroyForcibly().waitFor();
            awaitDiary("begin daemon " + id);
            Files.createFile(go());
            assertThat(at.workerd("wait", id, "--timeout", "30s").code()).isZero();
            assertThat(diaryLines()).doesNotContain("end embedded " + id);
            at.stop();
        }
    }
}
