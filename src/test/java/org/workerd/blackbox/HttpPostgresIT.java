package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workerd.PostgresCluster;

/** The API over a queue on PostgreSQL. */
class HttpPostgresIT extends HttpTest {
    private PostgresCluster cluster;

    @BeforeEach
    void startTheServer() {
        cluster = PostgresCluster.start(List.of());
        at.set("queue.url", Installation.text("postgresql://postgres@127.0.0.1:" + cluster.port() + "/postgres"));
        at.set("daemon.dir", Installation.text("own"));
        at.configure();
        at.handler("short", "echo hello");
        at.handler("fails", "exit 65");
        at.start();
        awaitListening();
    }

    @AfterEach
    void stopTheServer() throws IOException {
        at.stop();
        cluster.close();
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws Exception {
        return JSON.std.mapFrom(answer.body());
    }

    @Test
    void jobsAreStoredAwaitedListedChangedAndCounted() throws Exception {
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\",\"payload\":{\"n\":1}}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(json(get("/api/v1/jobs/1/wait?timeout=30s"))).containsEntry("state", "done");
        assertThat(get("/api/v1/jobs/1/attempts/1/output").body()).isEqualTo("hello\n");
        post("/api/v1/jobs", "{\"name\":\"fails\",\"key\":\"k\"}");
        get("/api/v1/jobs/2/wait?timeout=30s");
        assertThat(get("/api/v1/jobs?state=dead").body()).contains("\"id\":2", "\"next\":null");
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\",\"after\":[99]}").statusCode())
                .isEqualTo(422);

        String filter = "\"action\":\"delete\",\"filter\":{\"state\":\"dead\"}";
        assertThat(json(post("/api/v1/changes", "{" + filter + ",\"dry_run\":true}")))
                .containsEntry("count", 1)
                .containsEntry("upto", 2);
        assertThat(json(post("/api/v1/changes", "{" + filter + ",\"upto\":2}"))).containsEntry("changed", 1);

        assertThat(post("/api/v1/queues/mail/pause", "").body()).contains("\"changed\":true");
        assertThat(get("/api/v1/stats").body())
                .isEqualTo(at.workerd("stats", "--json").out());
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/metrics").body())
                .contains("workerd_attempts_total{name=\"short\",outcome=\"done\",queue=\"default\"} 1.0")
                .contains("workerd_jobs_stored_total");
        // At the next transaction after some seconds, and always at the end.
        at.stop();
        at.start();
        awaitListening();
        assertThat(get("/api/v1/stats/history?queue=default").body()).contains("\"done\":1,\"failed\":1");
    }
}
