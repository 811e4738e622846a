package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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

    /** As it would be on two machines: each daemon has a directory of its own. */
    @Test
    void whatAnotherMachinePrintsIsFollowedAsItComesAndFromWhereItWasLeft() throws Exception {
        Installation other = new Installation(Files.createDirectory(at.top.resolve("other")));
        other.set("queue.url", Installation.text("postgresql://postgres@127.0.0.1:" + cluster.port() + "/postgres"))
                .set("daemon.dir", Installation.text("own"))
                .configure();
        other.handler("talk", "echo first\nwhile [ ! -e '" + at.top + "/go' ]; do sleep 0.05; done\necho second");
        other.start();
        String id = other.workerd("enqueue", "talk").out().strip();
        String path = "/api/v1/jobs/" + id + "/attempts/1/output?follow=1";

        HttpResponse<InputStream> stream = client.send(request(path).build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(next(lines, "data: ")).isEqualTo("{\"text\":\"first\\n\"}");
            // Between two looks at what has come it says that it still follows.
            until(
                    "the session of who follows was ended",
                    () -> endSessions("query like 'delete from follower_news%'") == 1);
            assertThatThrownBy(() -> next(lines, "event: end"))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
        }
        CompletableFuture<HttpResponse<String>> resumed =
                client.sendAsync(request(path).header("Last-Event-ID", "6").build(), BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> begun =
                client.sendAsync(request(path).build(), BodyHandlers.ofString());
        until("both follow", () -> followers() == 2);
        Files.createFile(at.top.resolve("go"));
        assertThat(begun.get(60, TimeUnit.SECONDS).body()).contains("first", "second", "id: 13\n", "event: end");
        assertThat(resumed.get(60, TimeUnit.SECONDS).body())
                .contains("second", "id: 13\n", "event: end")
                .doesNotContain("first");
        HttpResponse<String> late = send(request(path).header("Last-Event-ID", "6"));
        assertThat(late.body()).contains("id: 13\nevent: output\ndata: {\"text\":\"second\\n\"}", "event: end");
        until("nobody follows", () -> followers() == 0);
        until("the connection of who followed is closed", () -> sessions("query like 'with left_behind%'", "*") == 0);
        other.stop();
    }

    @Test
    void whoAsksFirstAfterTheServerWasRestartedIsAnswered() throws Exception {
        post("/api/v1/jobs", "{\"name\":\"short\"}");
        get("/api/v1/jobs/1/wait?timeout=30s");
        String path = "/api/v1/jobs/1/attempts/1/output?follow=1";
        assertThat(get(path).body()).contains("hello", "event: end");
        expectErrors();
        endSessions("application_name = 'workerd'");
        assertThat(get(path).body()).contains("hello", "event: end");
    }

    /** How many. */
    private long endSessions(String which) {
        return sessions(which, "pg_terminate_backend(pid)");
    }

    private long sessions(String which, String what) {
        return cluster.number(
                "select count(" + what + ") from pg_stat_activity where pid <> pg_backend_pid() and " + which);
    }

    /** The client has no time limit for what comes after the head of an answer. */
    private static String next(BufferedReader lines, String field) throws Exception {
        return CompletableFuture.supplyAsync(() -> {
                    try {
                        return HttpApiIT.next(lines, field);
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    }
                })
                .get(60, TimeUnit.SECONDS);
    }

    /** Not the one whose connection was lost, who could not say that he left. */
    private long followers() {
        return cluster.number("select count(*) from workerd.followers where id > 1");
    }
}
