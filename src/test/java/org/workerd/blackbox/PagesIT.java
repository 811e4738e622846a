package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pages over HTTP as a browser without scripts sees them, against a daemon that runs. */
class PagesIT extends HttpTest {
    private static final List<String> PAGES =
            List.of("/", "/jobs", "/jobs/1", "/queues", "/schedules", "/handlers", "/daemons", "/enqueue");
    private static final String HOSTILE = "\"><img src=x onerror=alert(1)></script><script>alert(2)</script>' \u202e";

    private void startListening() {
        at.handler("short", "echo hello; exit 0");
        at.handler("fails", "echo '" + HOSTILE.replace("'", "") + "' >&2; exit 65");
        at.handler("waits", "while [ ! -e \"$0.go\" ]; do sleep 0.02; done");
        at.set("cron.nightly.schedule", Installation.text("0 0 1 1 *"));
        at.set("cron.nightly.name", Installation.text("short"));
        at.configure();
        at.start();
        awaitListening();
    }

    private void ends(long id) throws Exception {
        assertThat(get("/api/v1/jobs/" + id + "/wait?timeout=20s").statusCode()).isEqualTo(200);
    }

    @Test
    void whatJobsContainIsTextOnEveryPage() throws Exception {
        startListening();
        long hostile = jobs().insert(
                        "name",
                        "fails",
                        "payload",
                        HOSTILE,
                        "key",
                        HOSTILE,
                        "args",
                        JSON.std.asString(List.of(HOSTILE)));
        ends(hostile);

        for (String path : PAGES) {
            HttpResponse<String> page = get(path);
            assertThat(page.statusCode()).as(path).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'")
                    .doesNotContain("unsafe");
            assertThat(page.body())
                    .as(path)
                    .contains("<!doctype html>", "<title>", "href=\"#main\"")
                    .doesNotContain("<img src=x", "<script>", "<style", " style=", " onerror=alert(1)>", "\u202e");
        }
        assertThat(get("/jobs/" + hostile).body()).contains("&lt;img src=x", "action=\"/jobs/" + hostile + "/retry\"");
        assertThat(get("/jobs?error=" + encoded(HOSTILE)).body()).doesNotContain("<img src=x");
        assertThat(get("/jobs?state=none").statusCode()).isEqualTo(422);
        assertThat(get("/jobs?said=" + encoded(HOSTILE)).body()).doesNotContain("<img src=x", "role=\"status\"");
        HttpResponse<String> missing = send(request("/jobs/777").header("Accept", "text/html,*/*"));
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.body()).contains("<h1>Not found</h1>", "there is no job 777");
        assertThat(get("/assets/style.css").headers().firstValue("Content-Type"))
                .contains("text/css; charset=utf-8");
        assertThat(get("/assets/passwd").statusCode()).isEqualTo(404);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** What the form of this page that is sent there carries. */
    private String token(String page, String path) throws Exception {
        String body = get(page).body();
        Matcher form = Pattern.compile("action=\"[^\"]*" + Pattern.quote(path)
                        + "\"[^>]*>\\s*<input type=\"hidden\" name=\"token\" value=\"([^\"]+)\"")
                .matcher(body);
        assertThat(form.find()).as("a form to " + path + " in " + body).isTrue();
        return form.group(1);
    }

    /** Sends it, which must work. Where one is sent then. */
    private String submit(String page, String path, String fields) throws Exception {
        HttpResponse<String> answer = submitted(path, "token=" + token(page, path) + fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        String next = answer.headers().firstValue("Location").orElseThrow();
        assertThat(get(next).statusCode()).as(next).isEqualTo(200);
        return next;
    }

    private HttpResponse<String> submitted(String path, String form) throws Exception {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    @Test
    void formsDoWhatTheySayWithoutAScript() throws Exception {
        startListening();
        assertThat(submit("/queues", "/queues/pause", "")).isEqualTo("/queues?said=paused");
        assertThat(get("/queues?said=paused").body()).contains("Paused: nothing more is claimed.", "/queues/resume");
        assertThat(submit("/queues", "/queues/resume", "")).isEqualTo("/queues?said=resumed");

        String args = "&args=" + encoded("one\r\ntwo words") + "&payload=" + encoded("a\r\nb");
        assertThat(submit("/enqueue", "/enqueue", "&name=fails&tags=red+big" + args))
                .isEqualTo("/jobs/1?said=stored");
        ends(1);
        assertThat(get("/api/v1/jobs/1").body())
                .contains("\"args\":[\"one\",\"two words\"]", "\"payload\":\"a\\nb\"", "\"tags\":[\"red\",\"big\"]");
        assertThat(submit("/jobs/1", "/jobs/1/retry", "")).isEqualTo("/jobs/1?said=retried&changed=1");
        ends(1);
        assertThat(get("/enqueue?copy=1").body()).contains("two words</textarea>", "value=\"fails\"");
        assertThat(submit("/enqueue?copy=1", "/enqueue", "&copy=1&name=waits" + args))
                .startsWith("/jobs/2");
        assertThat(submit("/jobs/2", "/jobs/2/cancel", "")).isEqualTo("/jobs/2?said=cancelled&changed=1");
        ends(2);
        assertThat(submitted("/jobs/2/cancel", "token=" + token("/jobs/2", "/jobs/2/retry"))
                        .statusCode())
                .as("the token of another form")
                .isEqualTo(403);

        String ticked = "/changes?action=retry&id=1&id=2";
        assertThat(get(ticked).body()).contains("<h1>Retry 2 jobs?</h1>");
        assertThat(submit(ticked, "/changes", "&action=retry&id=1&id=2")).isEqualTo("/jobs?said=retried&changed=2");
        assertThat(submit("/jobs/2", "/jobs/2/cancel", "")).contains("changed=1");
        ends(1);
        ends(2);
        String all = "/changes?action=delete&all=1&name=fails";
        assertThat(get(all).body()).contains("<h1>Delete 1 job?</h1>", "name=\"upto\" value=\"1\"");
        assertThat(submit(all, "/changes", "&action=delete&all=1&name=fails&upto=1"))
                .isEqualTo("/jobs?name=fails&said=deleted&changed=1");
        assertThat(get("/jobs/1").statusCode()).isEqualTo(404);

        assertThat(submit("/schedules", "/schedules/nightly/run", "")).isEqualTo("/jobs/3?said=stored");
        assertThat(submit("/schedules", "/schedules/nightly/disable", "")).contains("said=disabled");
        assertThat(get("/schedules").body()).contains(">disabled<");
        assertThat(submit("/schedules", "/schedules/nightly/enable", "")).contains("said=enabled");
        assertThat(at.logText()).contains("http: retry of jobs 1, 2", "http: disable of the schedule nightly");
    }

    @Test
    void whatIsWrongInAFormIsSaidAndStoresNothing() throws Exception {
        startListening();
        String token = token("/enqueue", "/enqueue");
        assertThat(submitted("/enqueue", "name=short").statusCode()).isEqualTo(403);
        assertThat(submitted("/enqueue", "name=short&token=" + token + "x").statusCode())
                .isEqualTo(403);
        HttpResponse<String> unknown = submitted("/enqueue", "name=shrt&token=" + token);
        assertThat(unknown.statusCode()).isEqualTo(422);
        assertThat(unknown.body()).contains("Did you mean short?", "name=\"force\"", "value=\"shrt\"");
        assertThat(submitted("/enqueue", "name=short&delay=soon&token=" + token).body())
                .contains("the delay: expected a duration");
        assertThat(submitted("/enqueue", "name=short&args=%ff&token=" + token).statusCode())
                .isEqualTo(400);
        assertThat(post("/enqueue", "{}").statusCode()).isEqualTo(415);
        assertThat(get("/changes?action=retry&all=1").statusCode()).isEqualTo(422);
        HttpResponse<String> nothing = send(request("/changes?action=retry").header("Accept", "text/html"));
        assertThat(nothing.statusCode()).isEqualTo(422);
        assertThat(nothing.body())
                .contains("no job was ticked", "Go back and tick some", "<title>Not answered · workerd@")
                .doesNotContain("openapi");
        HttpResponse<String> foreign = send(request("/queues/pause")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("token=" + token("/queues", "/queues/pause"))));
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(foreign.body()).contains("Sec-Fetch-Site");
        assertThat(jobs().count("jobs")).isZero();
        assertThat(jobs().count("pauses")).isZero();
    }

    @Test
    void readOnlyPagesBelowABaseOfferNoChangeAndMakeNone() throws Exception {
        at.set("http.read_only", "true");
        at.set("http.base_path", Installation.text("/queue"));
        at.configure();
        at.handler("short", "exit 0");
        at.start();
        until("it listens", () -> {
            try {
                return get("/queue/healthz").statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
        jobs().enqueue("short");

        for (String path : PAGES) {
            String body = get("/queue" + path).body();
            assertThat(body).as(path).contains("read-only", "href=\"/queue/jobs\"", "href=\"/queue/assets/style.css");
            assertThat(body.replace("href=\"#main\"", "")).doesNotContain("href=\"/jobs", "href=\"#");
            if (!path.equals("/enqueue")) {
                assertThat(body).as(path).doesNotContain("method=\"post\"");
            }
        }
        assertThat(submitted("/queue/queues/pause", "token=x").statusCode()).isEqualTo(403);
        assertThat(get("/jobs").statusCode()).isEqualTo(404);
        assertThat(jobs().count("pauses")).isZero();
    }
}
