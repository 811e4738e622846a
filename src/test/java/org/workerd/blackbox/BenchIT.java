package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bench measures everything it says it does, and is gone afterwards; how fast anything is, is not tested. */
class BenchIT extends DaemonTest {
    private static final List<String> FIGURES = List.of(
            "start",
            "status",
            "enqueue_command",
            "idle_cpu",
            "idle_rss",
            "pickup_java",
            "pickup_java_p99",
            "pickup_sql",
            "pickup_sql_p99",
            "pickup_program",
            "pickup_program_p99",
            "enqueue_single",
            "enqueue_threads",
            "http_enqueue",
            "enqueue_batch",
            "java_jobs",
            "java_jobs_to_rows",
            "java_jobs_to_jobs",
            "java_jobs_2k",
            "java_jobs_2k_to_100",
            "java_cpu",
            "loaded_rss",
            "java_jobs_waiting",
            "list_command",
            "list_state_command",
            "list_queue_command",
            "list_name_command",
            "list_key_command",
            "list_since_command",
            "list_error_command",
            "stats_command",
            "program_jobs",
            "program_cpu",
            "program_jobs_cold",
            "beside",
            "beside_sql",
            "recovery_peer",
            "recovery_restart");

    @Test
    void everyFigureIsMeasuredBesideAQueueThatStaysAsItWas() throws IOException {
        jobs().execute("insert into jobs(name) values ('waiting')");
        // A setting that would lead its daemons to the configured queue.
        at.shell.environment.put("WORKERD_QUEUE__URL", "sqlite:" + at.queue);
        Shell.Done done = at.workerd("bench", "--quick", "--json");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.err()).isEmpty();
        Map<String, Object> said = JSON.std.mapFrom(done.out());
        List<String> names = new ArrayList<>();
        for (Map<?, ?> figure : maps(said.get("figures"))) {
            names.add((String) figure.get("name"));
            assertPositive(figure.get("ours"));
            if (figure.get("limit") != null) {
                assertPositive(figure.get("limit"));
                assertThat((Double) figure.get("ratio")).isPositive();
            }
        }
        assertThat(names).isEqualTo(FIGURES);
        assertThat((Map<?, ?>) said.get("machine")).hasSize(6).doesNotContainValue(null);
        assertThat(jobs().count("jobs")).isEqualTo(1);
        assertThat(jobs().count("daemons")).isZero();
        assertThat(left()).isEmpty();
    }

    @Test
    void nothingIsLeftOfOneThatIsKilledAtWork() throws IOException {
        jobs();
        Shell.Running bench = at.shell.begin(at.line("bench"));
        until("its first daemon runs", () -> left().stream().anyMatch(path -> path.endsWith("run/first.pid")));
        at.shell.kill("KILL", bench.process().pid());
        until("its directory is gone", () -> left().isEmpty());
    }

    @Test
    void nothingIsLeftOfOneThatIsInterrupted() throws IOException {
        jobs();
        Shell.Running bench = at.shell.begin(at.line("bench"));
        until("its first daemon runs", () -> left().stream().anyMatch(path -> path.endsWith("run/first.pid")));
        at.shell.kill("INT", bench.process().pid());
        assertThat(bench.await().code()).isEqualTo(130);
        assertThat(left()).isEmpty();
    }

    @Test
    void aPartThatCannotBeMeasuredIsNamedAndTheOthersStand() throws IOException {
        jobs();
        Path tools = Files.createDirectory(at.top.resolve("tools"));
        Installation.program(tools.resolve("mkfifo"), "#!/bin/sh\necho no pipes here >&2\nexit 3\n");
        at.shell.environment.put("PATH", tools + ":" + System.getenv("PATH"));
        Shell.Done done = at.workerd("bench", "--quick");
        assertThat(done.code()).isEqualTo(1);
        assertThat(done.out()).contains("no-op Java jobs").doesNotContain("kill -9");
        assertThat(done.err().lines())
                .hasSize(2)
                .allMatch(line -> line.matches("workerd: cannot measure (pick-up|recovery).*: no pipes here"));
        assertThat(left()).isEmpty();
    }

    @Test
    void theProductsJarHoldsNothingOfItNorOfTheBuild() throws IOException {
        Set<String> classes = new TreeSet<>();
        try (Stream<Path> jars = Files.list(Installation.TREE.resolve("lib"))) {
            Path product = jars.filter(jar -> jar.getFileName().toString().startsWith("workerd-"))
                    .findFirst()
                    .orElseThrow();
            try (JarFile jar = new JarFile(product.toFile())) {
                jar.stream().map(JarEntry::getName).forEach(classes::add);
            }
        }
        assertThat(classes)
                .contains("org/workerd/cli/RunBench.class")
                .noneMatch(name -> name.startsWith("org/workerd/bench/"))
                .noneMatch(name -> name.matches(".*/(Bench(Run|Json)|BareLoops|PlainWriter|ManPages|Roff)\\b.*"))
                .noneMatch(name -> name.matches(".*/(Command|Settings)Reference\\b.*"));
    }

    private static void assertPositive(Object samples) {
        Map<?, ?> map = (Map<?, ?>) samples;
        assertThat(((Number) map.get("median")).doubleValue()).isPositive();
        assertThat((List<?>) map.get("repeats")).isNotEmpty().doesNotContainNull();
    }

    private static List<Map<?, ?>> maps(Object list) {
        List<Map<?, ?>> maps = new ArrayList<>();
        ((List<?>) list).forEach(one -> maps.add((Map<?, ?>) one));
        return maps;
    }

    /** What a bench made beside the queue. */
    private List<Path> left() throws IOException {
        List<Path> left = new ArrayList<>();
        try (Stream<Path> beside = Files.list(at.queue.getParent())) {
            for (Path one : beside.filter(path -> path.getFileName().toString().startsWith(".workerd-bench"))
                    .toList()) {
                left.add(one);
                try (Stream<Path> pidfiles = Files.list(one.resolve("run"))) {
                    left.addAll(pidfiles.toList());
                } catch (IOException notYetOrNoMore) {
                    continue;
                }
            }
        }
        return left;
    }
}
