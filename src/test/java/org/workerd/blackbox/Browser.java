package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.workerd.Tool;

/** Chromium without a window, told what to do over its own protocol. For one thread. */
final class Browser implements AutoCloseable, WebSocket.Listener {
    private static final int PATIENCE_SECONDS = 60;
    private static final String ADDRESS = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<String, Object>>> answers = new ConcurrentHashMap<>();
    private final List<Map<String, Object>> events = new CopyOnWriteArrayList<>();
    private final StringBuilder part = new StringBuilder();

    /** With nothing in it that another one has left; it keeps its files there. */
    Browser(Path directory) throws Exception {
        process = new ProcessBuilder(
                        Tool.needed("chromium").toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + directory,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        URI all = URI.create(address());
        HttpClient client = HttpClient.newHttpClient();
        URI list = URI.create("http://127.0.0.1:" + all.getPort() + "/json/list");
        String pages = client.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                .body();
        String page = JSON.std.listFrom(pages).stream()
                .map(one -> (Map<?, ?>) one)
                .filter(one -> "page".equals(one.get("type")))
                .map(one -> String.valueOf(one.get("webSocketDebuggerUrl")))
                .findFirst()
                .orElseThrow();
        socket =
                client.newWebSocketBuilder().buildAsync(URI.create(page), this).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Log", "Runtime", "Network")) {
            tell(domain + ".enable", Map.of());
        }
    }

    private String address() throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith(ADDRESS)) {
            line = lines.readLine();
        }
        assertThat(line).as("chromium says where it listens").isNotNull();
        // What else it says must be taken from it.
        Thread rest = new Thread(() -> lines.lines().forEach(other -> {}));
        rest.setDaemon(true);
        rest.start();
        return String.valueOf(line).substring(ADDRESS.length());
    }

    /** One command of the protocol, and what it answers. */
    Map<String, Object> tell(String method, Map<String, ?> parameters) throws Exception {
        int id = last.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(JSON.std.asString(Map.of("id", id, "method", method, "params", parameters)), true);
        Map<String, Object> all = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(all).as(method).doesNotContainKey("error");
        return map(all.get("result"));
    }

    /** With this token in every request, as after the browser has asked for it. */
    void signIn(String token) throws Exception {
        String pair = Base64.getEncoder().encodeToString(("x:" + token).getBytes(StandardCharsets.UTF_8));
        tell("Network.setExtraHTTPHeaders", Map.of("headers", Map.of("Authorization", "Basic " + pair)));
    }

    void scripts(boolean on) throws Exception {
        tell("Emulation.setScriptExecutionDisabled", Map.of("value", !on));
    }

    void dark(boolean on) throws Exception {
        tell(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", on ? "dark" : "light"))));
    }

    void size(int width, int height) throws Exception {
        tell(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Goes there, until all of it is loaded. */
    void go(String url) throws Exception {
        loading(() -> tell("Page.navigate", Map.of("url", url)));
    }

    /** What makes it go somewhere. */
    interface Going {
        void go() throws Exception;
    }

    /** Does it, until another page is loaded. */
    void loading(Going going) throws Exception {
        int seen = events.size();
        going.go();
        DaemonTest.until("the page is loaded", () -> events.stream().skip(seen).anyMatch(event -> "Page.loadEventFired"
                .equals(event.get("method"))));
    }

    /** A value of the page, by a script that the tester runs, scripts or no. */
    Object value(String script) throws Exception {
        Map<String, Object> answer =
                tell("Runtime.evaluate", Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
        assertThat(answer).as(script).doesNotContainKey("exceptionDetails");
        return map(answer.get("result")).get("value");
    }

    String text(String script) throws Exception {
        return String.valueOf(value(script));
    }

    boolean is(String script) throws Exception {
        return Boolean.TRUE.equals(value(script));
    }

    byte[] picture() throws Exception {
        Map<String, Object> answer =
                tell("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        return Base64.getDecoder().decode(String.valueOf(answer.get("data")));
    }

    /** What it complained about: scripts that failed, and what the policy of a page forbade. */
    List<String> complaints() {
        return events.stream()
                .filter(event -> List.of("Log.entryAdded", "Runtime.exceptionThrown")
                        .contains(String.valueOf(event.get("method"))))
                .map(String::valueOf)
                .filter(text -> !text.contains("level=verbose"))
                .toList();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
        part.append(data);
        if (isLast) {
            take(part.toString());
            part.setLength(0);
        }
        from.request(1);
        return CompletableFuture.completedStage(null);
    }

    private void take(String text) {
        try {
            Map<String, Object> message = JSON.std.mapFrom(text);
            if (message.get("id") instanceof Integer id) {
                answers.getOrDefault(id, new CompletableFuture<>()).complete(message);
            } else {
                events.add(message);
            }
        } catch (IOException notJson) {
            throw new IllegalStateException(notJson);
        }
    }

    @SuppressWarnings("unchecked") // JSON's objects have no other keys
    private static Map<String, Object> map(Object object) {
        return (Map<String, Object>) object;
    }

    /** By its own hand, so that it leaves nothing in /tmp; else by ours. */
    @Override
    public void close() throws IOException {
        socket.sendText(JSON.std.asString(Map.of("id", last.incrementAndGet(), "method", "Browser.close")), true);
        boolean ended = process.onExit()
                .thenApply(any -> true)
                .completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
        socket.abort();
    }
}
