package org.workerd.blackbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** A daemon that is to speak HTTP on a port of its own, and a client of it. */
abstract class HttpTest extends DaemonTest {
    static final String TOKEN = "a-token-of-the-tests-0123456789";

    final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    int port;

    @BeforeEach
    void setHttp() throws IOException {
        port = freePort();
        Installation.write(at.top.resolve("http.token"), TOKEN + "\n");
        Installation.allow(at.top.resolve("http.token"), "rw-------");
        listen(Installation.text("127.0.0.1:" + port));
        at.set("http.token_file", Installation.text("http.token"));
        at.configure();
    }

    void listen(String value) {
        at.set("http.listen", value);
        at.configure();
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    /** Until the port answers. */
    void awaitListening() {
        until("it listens", () -> {
            try {
                return get("/healthz").statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + TOKEN);
    }

    Socket open() throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    String status() {
        return at.workerd("status", "--json").out();
    }

    boolean isThere(String name) {
        return Files.exists(at.top.resolve(name));
    }
}
