package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** An answer that is given before the body has come reaches a client that sends all of it before it reads. */
class HttpUnreadIT extends HttpTest {
    private static final int SIZE = 5 << 20;
    /** Fewer than the wrong tokens that one client may try in a minute. */
    private static final int ROUNDS = 8;

    private void startListening() {
        at.handler("short", "echo hello");
        at.start();
        awaitListening();
    }

    private static BodyPublisher told() {
        return BodyPublishers.ofByteArray(new byte[SIZE]);
    }

    /** In chunks: how long it is shows only at its end. */
    private static BodyPublisher untold(int size) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[size]));
    }

    private void assertAnswers(int status, HttpRequest.Builder request) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(send(request).statusCode()).isEqualTo(status);
        }
    }

    @Test
    void aProgramLearnsWhyItsLongBodyWasRefused() throws Exception {
        startListening();
        assertAnswers(413, request("/api/v1/jobs").POST(told()));
        assertAnswers(413, request("/api/v1/jobs/batch").POST(untold(4 * SIZE)));
        assertAnswers(404, request("/api/v1/nothing").POST(told()));
        assertAnswers(405, request("/api/v1/stats").PUT(untold(SIZE)));
        assertAnswers(
                403,
                request("/api/v1/jobs").header("Origin", "http://evil.test").POST(told()));
        assertAnswers(
                401, request("/api/v1/jobs").setHeader("Authorization", "none").POST(told()));
        assertAnswers(200, request("/api/v1/stats").method("GET", told()));
    }

    /** Waits for the answer before it sends most of the body, and sends all of it before it reads. */
    private String slowly(String head, int length) throws IOException {
        try (Socket socket = open()) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[1 << 10]);
            InputStream in = socket.getInputStream();
            until("it is answered", () -> in.available() > 0);
            byte[] piece = new byte[8 << 10];
            for (int sent = 1 << 10; sent < length; sent += piece.length) {
                out.write(piece, 0, Math.min(piece.length, length - sent));
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String head(String first, String host, String more) {
        return first + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + TOKEN + "\r\n" + more + "\r\n";
    }

    @Test
    void aSlowClientLearnsItToo() throws Exception {
        startListening();
        String length = "Content-Length: " + SIZE + "\r\n";
        assertThat(slowly(head("POST /api/v1/jobs", "localhost", length), SIZE)).startsWith("HTTP/1.1 413 ");
        assertThat(slowly(head("POST /api/v1/jobs", "evil.test", length), SIZE)).startsWith("HTTP/1.1 421 ");
        assertThat(slowly(head("GET /api/v1/stats", "localhost", length), SIZE)).startsWith("HTTP/1.1 200 ");
        String cookie = "Cookie: " + "x".repeat(12 << 10) + "\r\n";
        assertThat(slowly(head("POST /api/v1/jobs", "localhost", length + cookie), SIZE))
                .startsWith("HTTP/1.1 431 ");
        assertThat(slowly("no request at all\r\n\r\n", SIZE)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void whoAsksBeforeHeSendsIsRefusedBeforeHeSends() throws Exception {
        startListening();
        String asks = "Expect: 100-continue\r\nContent-Length: " + SIZE + "\r\n";
        try (Socket socket = open()) {
            socket.getOutputStream()
                    .write(head("POST /api/v1/jobs", "localhost", asks).getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void whoNeverEndsIsCutOff() throws Exception {
        startListening();
        String length = "Content-Length: " + (1L << 30) + "\r\n";
        assertThatThrownBy(() -> slowly(head("POST /api/v1/jobs", "localhost", length), 1 << 30))
                .isInstanceOf(IOException.class);
    }
}
