package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every route of the API, against a daemon that runs. */
class HttpApiIT extends HttpTest {
    private void startListening() {
        at.handler("short", "echo hello; exit 0");
        at.handler("fails", "exit 65");
        at.handler("waits", "echo begun; while [ ! -e \"$0.go\" ]; do sleep 0.02; done; echo ended");
        at.start();
        awaitListening();
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws IOException {
        return JSON.std.mapFrom(answer.body());
    }

    private long store(String job) throws Exception {
        HttpResponse<String> stored = post("/api/v1/jobs", job);
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
        return ((Number) json(stored).get("id")).longValue();
    }

    @Test
    void aJobIsStoredAwaitedShownListedAndDeleted() throws Exception {
        startListening();
        HttpResponse<String> stored = post(
                "/api/v1/jobs",
                "{\"name\":\"short\",\"args\":[\"a\"],\"payload\":{\"n\":1.50,\"m\":12345678901234567891}}");
        assertThat(stored.statusCode()).isEqualTo(201);
        assertThat(stored.headers().firstValue("Location")).contains("/api/v1/jobs/1");
        assertThat(stored.body()).contains("\"stored\":true", "\"payload\":{\"n\":1.50,\"m\":12345678901234567891}");

        HttpResponse<String> awaited = get("/api/v1/jobs/1/wait?timeout=20s");
        assertThat(awaited.statusCode()).isEqualTo(200);
        assertThat(json(awaited)).containsEntry("state", "done");

        assertThat(get("/api/v1/jobs/1").body())
                .isEqualTo(at.workerd("show", "1", "--json").out());
        assertThat(get("/api/v1/jobs?name=short&state=done").body()).contains("\"id\":1", "\"next\":null");
        assertThat(get("/api/v1/jobs/1/attempts/1/output").body()).isEqualTo("hello\n");
        assertThat(get("/api/v1/jobs/1/attempts/2/output").statusCode()).isEqualTo(404);
        assertThat(send(request("/api/v1/jobs/1").DELETE()).statusCode()).isEqualTo(204);
        assertThat(get("/api/v1/jobs/1").statusCode()).isEqualTo(404);
        assertThat(send(request("/api/v1/jobs/1").DELETE()).statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/jobs/1/attempts/1/output").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNotStoredSaysWhy() throws Exception {
        startListening();
        assertThat(post("/api/v1/jobs", "{\"name\":\"shrt\"}").body())
                .contains("urn:workerd:problem:no-handler", "no handler is named", "Did you mean short?");
        assertThat(post("/api/v1/jobs?force=1", "{\"name\":\"shrt\"}").statusCode())
                .isEqualTo(201);
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\",\"nme\":1}").statusCode())
                .isEqualTo(422);
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\",\"after\":[999]}").statusCode())
                .isEqualTo(422);
        assertThat(post("/api/v1/jobs", "{").statusCode()).isEqualTo(422);
        assertThat(send(request("/api/v1/jobs").POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(415);
        assertThat(post("/api/v1/jobs", "x".repeat(5 << 20)).statusCode()).isEqualTo(413);
        assertThat(get("/api/v1/nothing").statusCode()).isEqualTo(404);
        HttpResponse<String> wrongMethod = send(request("/api/v1/stats").DELETE());
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(jobs().count("jobs")).isEqualTo(1);
    }

    /** Left out, it would make of a question about some jobs one about all, and of a dry run a change. */
    @Test
    void aParameterThatMeansNothingIsRefused() throws Exception {
        startListening();
        long id = store("{\"name\":\"short\",\"delay\":\"1h\"}");
        assertThat(get("/api/v1/jobs?error=%ff").statusCode()).isEqualTo(400);
        assertThat(raw("GET", "/api/v1/jobs?error=%zz", "text/plain", "")).isEqualTo(400);
        assertThat(get("/api/v1/jobs?state=done&state=dead").body()).contains("given more than once");
        assertThat(get("/api/v1/jobs?stat=dead").body()).contains("did you mean state?");
        assertThat(get("/api/v1/stats?queue=bulk").statusCode()).isEqualTo(422);
        assertThat(get("/api/v1/jobs/" + id + "/attempts/1/output?follow=yes").body())
                .contains("follow: expected 1 or 0");
        assertThat(post("/api/v1/changes?dry_run=1", "{\"action\":\"cancel\",\"ids\":[" + id + "]}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(post("/api/v1/changes", "{\"action\":\"cancel\",\"ids\":[" + id + "],\"upto\":0}")
                        .body())
                .contains("\"changed\":0");
        assertThat(post("/api/v1/jobs/" + id + "/cancel?force=1", "").statusCode())
                .isEqualTo(422);
        assertThat(get("/api/v1/jobs/" + id).body()).contains("\"state\":\"scheduled\"");
    }

    @Test
    void aBodyIsTakenForWhatItSaysThatItIs() throws Exception {
        startListening();
        assertThat(posted("application/json; charset=\"UTF-8\"", "X-Nothing", "")
                        .statusCode())
                .isEqualTo(201);
        assertThat(posted("application/json;charset=iso-8859-1", "X-Nothing", "")
                        .body())
                .contains("\"status\":415", "must be UTF-8");
        assertThat(posted("application/json", "Content-Encoding", "gzip").body())
                .contains("\"status\":415", "Content-Encoding gzip");
        String cyrillic = "\\u0416".repeat(1 << 19);
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\",\"payload\":\"" + cyrillic + "\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    private HttpResponse<String> posted(String type, String header, String value) throws Exception {
        return send(request("/api/v1/jobs")
                .header("Content-Type", type)
                .header(header, value)
                .POST(BodyPublishers.ofString("{\"name\":\"short\"}")));
    }

    @Test
    void whatIsNoRequestIsToldWhatIsWrongWithIt() throws Exception {
        startListening();
        String head = "Host: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n";
        assertThat(exchange("GET /healthz HTTP/1.1\r\n" + head + "X: " + "a".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("problem:head-too-large", "8 KiB");
        assertThat(exchange("GET /healthz HTTP/1.1\r\nHost: a:b\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("this is not a valid request: Bad HostPort");
        assertThat(exchange("POST /api/v1/jobs HTTP/1.1\r\n" + head
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"))
                .startsWith("HTTP/1.1 400 ");
        for (String twice :
                List.of("Authorization: Bearer x", "Origin: http://localhost\r\nOrigin: http://evil.test")) {
            assertThat(exchange("POST /api/v1/queues/pause HTTP/1.1\r\n" + head + twice
                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("more than once");
        }
        assertThat(at.logText()).doesNotContain("Bad port", "WARN");
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void belowABaseALocationLeadsToTheJob() throws Exception {
        at.set("http.base_path", Installation.text("/q"));
        at.set("cron.yearly.schedule", Installation.text("0 0 1 1 *"));
        at.set("cron.yearly.name", Installation.text("short"));
        at.configure();
        at.handler("short", "exit 0");
        at.start();
        until("it listens", () -> get("/q/healthz").statusCode() == 200);

        HttpResponse<String> stored = post("/q/api/v1/jobs", "{\"name\":\"short\"}");
        HttpResponse<String> ran = post("/q/api/v1/cron/yearly/run", "");

        assertThat(get(stored.headers().firstValue("Location").orElseThrow()).body())
                .startsWith("{\"id\":1,");
        assertThat(get(ran.headers().firstValue("Location").orElseThrow()).body())
                .startsWith("{\"id\":2,");
        assertThat(at.logText()).contains("http: run of the schedule yearly: job 2");
    }

    @Test
    void aKeyThatIsTakenGivesTheJobThatHasIt() throws Exception {
        startListening();
        long first = store("{\"name\":\"waits\",\"key\":\"k\"}");

        HttpResponse<String> second = post("/api/v1/jobs", "{\"name\":\"waits\",\"key\":\"k\"}");

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).startsWith("{\"id\":" + first + ",\"stored\":false,");
        assertThat(post("/api/v1/jobs/" + first + "/cancel", "").statusCode()).isEqualTo(200);
    }

    @Test
    void aBatchIsStoredWholeOrNotAtAll() throws Exception {
        startListening();
        String line = "{\"name\":\"short\"}\n";
        HttpResponse<String> bad = send(request("/api/v1/jobs/batch")
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(line + "\n{\"name\":7}\n")));
        assertThat(bad.statusCode()).isEqualTo(422);
        assertThat(bad.body()).contains("\"errors\":[{\"line\":3,\"detail\":\"\\\"name\\\": expected a string");
        HttpResponse<String> orphan = send(request("/api/v1/jobs/batch")
                .header("Content-Type", "application/ndjson")
                .POST(BodyPublishers.ofString(line + "{\"name\":\"short\",\"after\":[77]}\n")));
        assertThat(orphan.body()).contains("\"errors\":[{\"line\":2,\"detail\":\"there is no job 77 to wait for");
        assertThat(jobs().count("jobs")).isZero();

        HttpResponse<String> good = send(request("/api/v1/jobs/batch")
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(line.repeat(30))));
        assertThat(good.statusCode()).isEqualTo(201);
        assertThat((List<?>) json(good).get("ids")).hasSize(30);

        HttpResponse<String> page = get("/api/v1/jobs?limit=20");
        List<?> jobs = (List<?>) json(page).get("jobs");
        assertThat(jobs).hasSize(20);
        assertThat(((Map<?, ?>) jobs.get(0)).get("id")).as("newest first").isEqualTo(30);
        HttpResponse<String> rest =
                get("/api/v1/jobs?limit=20&before=" + json(page).get("next"));
        assertThat((List<?>) json(rest).get("jobs")).hasSize(10);
        assertThat(json(rest).get("next")).isNull();
    }

    @Test
    void jobsAreRetriedAndCancelledOneByOneOrMany() throws Exception {
        startListening();
        long dead = store("{\"name\":\"fails\"}");
        get("/api/v1/jobs/" + dead + "/wait?timeout=20s");
        assertThat(post("/api/v1/jobs/" + dead + "/cancel", "").statusCode()).isEqualTo(409);
        assertThat(post("/api/v1/jobs/" + dead + "/retry", "").body()).contains("\"outcome\":\"retried\"");
        get("/api/v1/jobs/" + dead + "/wait?timeout=20s");

        long child = store("{\"name\":\"short\",\"after\":[" + dead + "]}");
        get("/api/v1/jobs/" + child + "/wait?timeout=20s");
        retryIsRefusedAsByTheCommandLine("\"filter\":{\"state\":\"cancelled\"}", "--state", "cancelled", "--yes");
        retryIsRefusedAsByTheCommandLine("\"ids\":[" + child + ",777]", String.valueOf(child), "777");

        HttpResponse<String> foreseen =
                post("/api/v1/changes", "{\"action\":\"retry\",\"filter\":{\"name\":\"fails\"},\"dry_run\":true}");
        assertThat(json(foreseen)).containsEntry("count", 1).containsEntry("upto", (int) dead);
        assertThat(post("/api/v1/changes", "{\"action\":\"retry\",\"filter\":{\"name\":\"fails\"}}")
                        .body())
                .contains("needs \\\"upto\\\"");
        HttpResponse<String> changed =
                post("/api/v1/changes", "{\"action\":\"retry\",\"filter\":{\"name\":\"fails\"},\"upto\":" + dead + "}");
        assertThat(json(changed)).containsEntry("changed", 1).containsEntry("refused", 0);
        get("/api/v1/jobs/" + dead + "/wait?timeout=20s");
        assertThat(json(post("/api/v1/changes", "{\"action\":\"delete\",\"ids\":[" + dead + ",777]}")))
                .containsEntry("changed", 1)
                .containsEntry("refused", 1);
        assertThat(at.logText()).contains("http: retry of job " + dead);
    }

    /** None of them is retried; a dry run says so too. */
    private void retryIsRefusedAsByTheCommandLine(String which, String... same) throws Exception {
        String said = at.workerd(
                        Stream.concat(Stream.of("retry"), Stream.of(same)).toArray(String[]::new))
                .err();
        String order = "{\"action\":\"retry\"," + which + ",\"upto\":1000";
        for (String dry : List.of(",\"dry_run\":true}", "}")) {
            Map<String, Object> answer = json(post("/api/v1/changes", order + dry));
            assertThat(answer).containsEntry(dry.equals("}") ? "changed" : "count", 0);
            String details = ((List<?>) answer.get("refusals"))
                    .stream()
                            .map(one -> "workerd: " + ((Map<?, ?>) one).get("detail") + "\n")
                            .collect(Collectors.joining());
            assertThat(details)
                    .as(order + dry)
                    .contains("which it waits for, is dead")
                    .isEqualTo(said);
            assertThat(answer).containsEntry("refused", (int) details.lines().count());
        }
    }

    @Test
    void queuesStatsDaemonsHandlersAndSchedulesAreThoseOfTheCommands() throws Exception {
        at.set("cron.nightly.schedule", Installation.text("0 0 1 1 *"));
        at.set("cron.nightly.name", Installation.text("short"));
        at.configure();
        startListening();
        assertThat(post("/api/v1/queues/bulk/pause", "").body()).contains("\"paused\":true,\"changed\":true");
        assertThat(get("/api/v1/queues").body())
                .isEqualTo(at.workerd("queues", "--json").out());
        assertThat(post("/api/v1/queues/bulk/resume", "").body()).contains("\"paused\":false,\"changed\":true");
        assertThat(post("/api/v1/queues/pause", "").statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/queues/resume", "").statusCode()).isEqualTo(200);
        assertThat(get("/api/v1/stats").body())
                .isEqualTo(at.workerd("stats", "--json").out());
        assertThat(get("/api/v1/daemons").body()).contains("\"pid\":" + at.pid());
        assertThat(get("/api/v1/handlers").body())
                .isEqualTo(at.workerd("handlers", "--json").out());
        assertThat(get("/api/v1/cron").body())
                .isEqualTo(at.workerd("cron", "--json").out());
        assertThat(post("/api/v1/cron/nightly/run", "").statusCode()).isEqualTo(201);
        assertThat(post("/api/v1/cron/weekly/run", "").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/openapi.json").body()).contains("\"openapi\"");
    }

    @Test
    void outputIsFollowedWhileItComesAndFromWhereItWasLeft() throws Exception {
        startListening();
        long id = store("{\"name\":\"waits\"}");
        String path = "/api/v1/jobs/" + id + "/attempts/1/output?follow=1";
        HttpResponse<InputStream> stream = client.send(request(path).build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(next(lines, "data: ")).isEqualTo("{\"text\":\"begun\\n\"}");
            Files.writeString(at.handlers.resolve("waits.go"), "");
            assertThat(next(lines, "data: ")).isEqualTo("{\"text\":\"ended\\n\"}");
            assertThat(next(lines, "event: ")).isEqualTo("end");
        }
        HttpResponse<String> resumed = send(request(path).header("Last-Event-ID", "6"));
        assertThat(resumed.body()).contains("ended").doesNotContain("begun");
    }

    static String next(BufferedReader lines, String field) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith(field)) {
            line = lines.readLine();
        }
        return line.substring(field.length());
    }

    @Test
    void eventsComeWhenSomethingHasChanged() throws Exception {
        startListening();
        HttpResponse<InputStream> stream = client.send(request("/api/v1/events").build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(next(lines, "data: ")).contains("\"queues\":{}");
            store("{\"name\":\"short\"}");
            assertThat(next(lines, "data: ")).contains("\"default\"");
        }
    }

    @Test
    void healthAndMetricsSayHowItGoes() throws Exception {
        startListening();
        store("{\"name\":\"short\"}");
        assertThat(get("/readyz").body()).isEqualTo("ready\n");
        assertThat(get("/metrics").body())
                .contains("workerd_build_info{version=", "workerd_jobs{queue=\"default\",state=\"dead\"} 0.0")
                .contains("workerd_http_requests_total{code=\"201\",method=\"POST\",route=\"/api/v1/jobs\"} 1.0");
        client.send(
                java.net.http.HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + port + "/healthz"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(client.send(
                                java.net.http.HttpRequest.newBuilder(
                                                java.net.URI.create("http://127.0.0.1:" + port + "/metrics"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aDaemonThatDrainsStillShowsItsJobsAndEndsItsStreams() throws Exception {
        startListening();
        long id = store("{\"name\":\"waits\"}");
        until("it runs", () -> get("/api/v1/jobs/" + id).body().contains("\"state\":\"running\""));
        HttpResponse<InputStream> stream = client.send(request("/api/v1/events").build(), BodyHandlers.ofInputStream());
        long pid = at.pid();
        at.signal("TERM");
        until("it drains", () -> get("/readyz").statusCode() == 503);

        assertThat(get("/api/v1/jobs/" + id).statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\"}").statusCode()).isEqualTo(503);
        Files.writeString(at.handlers.resolve("waits.go"), "");
        Installation.awaitEnd(pid);
        try (InputStream body = stream.body()) {
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).contains("event: bye");
        }
    }

    @Test
    void nonsenseIsNeverABugOfOursAndStoresNothing() throws Exception {
        startListening();
        Random random = new Random(20_261_129);
        List<String> paths = List.of(
                "/api/v1/jobs",
                "/api/v1/jobs/batch",
                "/api/v1/changes",
                "/api/v1/jobs/1/retry",
                "/api/v1/jobs/99999999999999999999/cancel",
                "/api/v1/queues/%00/pause",
                "/api/v1/queues/-/pause",
                "/api/v1/jobs?limit=0",
                "/api/v1/jobs?before=x",
                "/api/v1/jobs?state=",
                "/api/v1/jobs?since=%ff",
                "/api/v1/jobs/1/attempts/0/output",
                "/api/v1/jobs/1/wait?timeout=-1s",
                "/api/v1/cron/%2f/run",
                "/api/v1/stats/history?window=%00&queue=%ff",
                "/api/v1/jobs?error=%f0%28&limit=999999999999999999999",
                "/metrics?x=%",
                "/%zz");
        List<String> pieces = List.of(
                "{",
                "}",
                "[",
                "]",
                "\"name\"",
                "\"short\"",
                ":",
                ",",
                "\"after\":[9]",
                "1e999",
                "\"\\ud800\"",
                "\u0000",
                "\"action\":\"delete\"",
                "\"ids\":[1.5]",
                "null",
                "\"filter\":{\"state\":\"no\"}",
                "\n",
                "é",
                "\"upto\":-1");
        for (int round = 0; round < 400; round++) {
            StringBuilder body = new StringBuilder();
            for (int piece = random.nextInt(8); piece > 0; piece--) {
                body.append(pieces.get(random.nextInt(pieces.size())));
            }
            String path = paths.get(random.nextInt(paths.size()));
            String type = random.nextBoolean() ? "application/json" : "application/x-ndjson";
            String method = List.of("POST", "GET", "DELETE", "PUT").get(random.nextInt(4));
            int status = raw(method, path, type, body.toString());
            assertThat(status).as(method + " " + path + " " + body).isBetween(200, 499);
        }
        assertThat(jobs().count("jobs")).isZero();
        assertThat(at.logText()).doesNotContain("not answered as it should be");
    }

    private int raw(String method, String path, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = open()) {
            String head =
                    method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                            + TOKEN + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }
}
