package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that are slow, silent or too many hold up neither jobs nor others. */
class HttpClientsIT extends HttpTest {
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void startListening() {
        at.handler("short", "echo hello");
        at.handler("talks", "head -c 900000 /dev/zero | tr '\\0' x");
        at.start();
        awaitListening();
    }

    private Socket send(String text) throws IOException {
        Socket socket = open();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        sockets.add(socket);
        return socket;
    }

    private static String firstLine(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
    }

    private String head(String first) {
        return first + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n";
    }

    private void assertServes() throws Exception {
        for (int i = 0; i < 5; i++) {
            long id = jobs().enqueue("short");
            assertThat(get("/api/v1/jobs/" + id + "/wait?timeout=30s").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void slowAndSilentOnesAreOneAmongMany() throws Exception {
        startListening();
        long talked = jobs().enqueue("talks");
        jobs().awaitState(talked, "done");
        for (int i = 0; i < 100; i++) {
            send("GET /api/v1/stats HTTP/1.1\r\nHost: loc");
            send(head("POST /api/v1/jobs") + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"na");
        }
        // They read nothing of it.
        for (int i = 0; i < 10; i++) {
            send(head("GET /api/v1/jobs/" + talked + "/attempts/1/output") + "\r\n");
        }
        assertServes();
    }

    @Test
    void whenThereAreTooManyConnectionsTheOldestIdleOneGivesWay() throws Exception {
        startListening();
        for (int i = 0; i < 1_100; i++) {
            send("");
        }
        assertServes();
        assertThat(get("/metrics").body()).containsPattern("workerd_http_connections\\{state=\"open\"} [1-9]");
        assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void manyIdleOnesDoNotFillTheHeap() throws Exception {
        at.shell.environment.put("WORKERD_HEAP", "48m");
        startListening();
        String ask = head("GET /healthz") + "\r\n";
        for (int i = 0; i < 900; i++) {
            Socket idle = send(ask);
            assertThat(idle.getInputStream().read()).isEqualTo('H');
            idle.getOutputStream().write(ask.repeat(3).getBytes(StandardCharsets.US_ASCII));
        }
        assertServes();
    }

    @Test
    void thoseThatWereRefusedAndStayGiveWayToo() throws Exception {
        startListening();
        for (int i = 0; i < 1_100; i++) {
            Socket refused = send(head("POST /api/v1/jobs") + "Content-Length: 99999999\r\n\r\n{\"na");
            assertThat(firstLine(refused)).contains(" 413 ");
        }
        assertServes();
    }

    @Test
    void moreThanSixtyFourFollowersAreToldToTryAgain() throws Exception {
        startListening();
        for (int i = 0; i < 64; i++) {
            assertThat(firstLine(send(head("GET /api/v1/events") + "\r\n"))).contains(" 200 ");
        }
        assertThat(firstLine(send(head("GET /api/v1/events") + "\r\n"))).contains(" 503 ");
        assertServesWithoutWaiting();
    }

    private void assertServesWithoutWaiting() throws Exception {
        long id = jobs().enqueue("short");
        jobs().awaitState(id, "done");
        assertThat(get("/api/v1/jobs/" + id).statusCode()).isEqualTo(200);
    }

    /** Half of the descriptors are left to the jobs; what others took is not there for HTTP. */
    @Test
    void withoutDescriptorsItSaysSoAndGoesOnWhenThereAreSome() throws Exception {
        needs("prlimit");
        startListening();
        String pid = Long.toString(at.pid());
        String before = at.shell
                .run("prlimit", "--pid", pid, "--nofile", "--noheadings", "--output", "SOFT")
                .out()
                .strip();
        at.shell.run("prlimit", "--pid", pid, "--nofile=20:");
        send(head("GET /healthz") + "\r\n");
        at.awaitLog("http: cannot accept a connection");
        at.shell.run("prlimit", "--pid", pid, "--nofile=" + before + ":");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        jobs().awaitState(jobs().enqueue("short"), "done");
    }
}
