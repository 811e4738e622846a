package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.workerd.Tool;

/** What is counted: by /metrics, and in the history that charts are drawn from. */
class HttpMetricsIT extends HttpTest {
    private static final Path MONITORING = Installation.TREE.resolve("deploy/examples/monitoring");
    private static final Pattern NAME = Pattern.compile("\\b(workerd|process)_[a-z_]+");

    private void startListening() {
        at.handler("good", "exit 0");
        at.handler("bad", "exit 65");
        at.handler("stays", ": >\"$0.begun\"; [ -e \"$0.end\" ] || exec sleep 600");
        at.set("cron.yearly.schedule", Installation.text("0 0 1 1 *"));
        at.set("cron.yearly.name", Installation.text("good"));
        at.configure();
        at.start();
        awaitListening();
    }

    private long kept(String what) throws Exception {
        Map<String, Object> history =
                JSON.std.mapFrom(get("/api/v1/stats/history").body());
        assertThat((List<?>) history.get("points")).hasSize(60);
        return ((List<?>) history.get("points"))
                .stream()
                        .mapToLong(point -> ((Number) ((Map<?, ?>) point).get(what)).longValue())
                        .sum();
    }

    @Test
    void whatHappenedIsKeptOverARestart() throws Exception {
        startListening();
        for (int i = 0; i < 3; i++) {
            jobs().awaitState(jobs().enqueue("good"), "done");
        }
        jobs().awaitState(jobs().enqueue("bad"), "dead");
        assertThat(get("/metrics").body())
                .contains(
                        "workerd_attempts_total{name=\"good\",outcome=\"done\",queue=\"default\"} 3.0",
                        "workerd_jobs_finished_total{name=\"bad\",queue=\"default\",state=\"dead\"} 1.0",
                        "workerd_attempt_duration_seconds_bucket{queue=\"default\",le=\"+Inf\"} 4",
                        "workerd_job_wait_seconds_count{queue=\"default\"} 4",
                        "workerd_jobs_stored_total 4.0");
        // At the next transaction after some seconds, and always at the end.
        at.stop();
        at.start();
        awaitListening();
        assertThat(kept("done")).isEqualTo(3);
        assertThat(kept("failed")).isEqualTo(1);
        assertThat(kept("dead")).isEqualTo(1);
        assertThat(get("/api/v1/stats/history?window=30d&queue=default").body()).contains("\"step_ms\":21600000");
        assertThat(get("/api/v1/stats/history?window=1y").statusCode()).isEqualTo(422);

        long stays = jobs().enqueue("stays");
        until("it has begun", () -> Files.exists(at.handlers.resolve("stays.begun")));
        at.kill9();
        // Earlier, the attempt might have ended while somebody was there to note it.
        Installation.write(at.handlers.resolve("stays.end"), "");
        at.start();
        jobs().awaitState(stays, "done");
        awaitListening();
        assertThat(get("/metrics").body())
                .contains(
                        "workerd_attempts_total{name=\"stays\",outcome=\"daemon died\",queue=\"default\"} 1.0",
                        "workerd_attempts_total{name=\"stays\",outcome=\"done\",queue=\"default\"} 1.0",
                        "workerd_jobs_finished_total{name=\"stays\",queue=\"default\",state=\"dead\"} 0.0");
    }

    @Test
    void alertsAndDashboardNameOnlyMetricsThatThereAre() throws Exception {
        startListening();
        jobs().awaitState(jobs().enqueue("good"), "done");
        post("/api/v1/cron/yearly/run", "");
        post("/api/v1/queues/other/pause", "");
        post("/api/v1/jobs?force=1", "{\"name\":\"missing\"}");
        send(request("/metrics").setHeader("Authorization", "Bearer wrong-wrong-wrong-wrong"));
        Set<String> served = served();
        assertThat(served).contains("workerd_cron_next_run_timestamp_seconds", "workerd_store_bytes");
        assertThat(named(Installation.read(Installation.TREE.resolve("man/man7/workerd-http.7"))))
                .as("the manual tells of all, and of no other")
                .isEqualTo(served);
        for (String file : List.of("workerd.rules.yml", "grafana.json")) {
            assertThat(named(Installation.read(MONITORING.resolve(file))))
                    .as(file)
                    .isNotEmpty()
                    .isSubsetOf(served);
        }
        assertThat(JSON.std.mapFrom(Installation.read(MONITORING.resolve("grafana.json"))))
                .containsKey("panels");
    }

    @Test
    void prometheusTakesTheAlertRules() throws Exception {
        Tool.Answer answer = Tool.run(
                "promtool",
                "check",
                "rules",
                MONITORING.resolve("workerd.rules.yml").toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output()).contains("SUCCESS: 10 rules found");
    }

    /** A counter that nothing was counted by yet is told of all the same, by its type. */
    private Set<String> served() throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ", -1)[2])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> named(String text) {
        return NAME.matcher(text)
                .results()
                .map(found -> found.group().replaceFirst("_(bucket|sum|count)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
