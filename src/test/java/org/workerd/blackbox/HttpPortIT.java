package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where HTTP listens, and what becomes of the daemon when the place is taken. */
class HttpPortIT extends HttpTest {
    @Test
    void whereItIsNotSetNothingOfItIsLoaded() {
        listen(Installation.text("none"));
        at.handler("short", "exit 0");
        at.start();
        jobs().enqueue("short");
        until("it is done", () -> jobs().count("finished") == 1);

        assertThat(loaded()).doesNotContain("org.eclipse.jetty", "org.workerd.http", "io.prometheus");
        assertThat(at.workerd("status", "--json").out()).doesNotContain("\"http\"");
        assertThat(at.top.resolve("queue/daemons")).isDirectoryNotContaining("glob:**.http");
    }

    @Test
    void whereItIsSetOnlyTheDaemonLoadsIt() {
        at.start();
        awaitListening();

        assertThat(loaded()).contains("org.eclipse.jetty.server.Server");
    }

    private String loaded() {
        String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
        return at.shell.run(jcmd, Long.toString(at.pid()), "VM.class_hierarchy").out();
    }

    @Test
    void aTakenPortKeepsNoJobFromRunningAndIsTakenOnceItIsFree() throws Exception {
        at.handler("short", "exit 0");
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(holder.isBound()).isTrue();
            Shell.Done started = at.workerd("start");

            assertThat(started.code()).isZero();
            assertThat(started.err())
                    .contains("http://127.0.0.1:" + port
                            + " does not listen, and is tried again: Address already in use");
            assertThat(status())
                    .contains("\"http\":[{\"listen\":\"127.0.0.1:" + port + "\",\"state\":\"trying\",\"since\":\"20")
                    .contains("\"error\":\"Address already in use\"}]}");
            assertThat(at.workerd("status").out()).contains("does not listen, and is tried again");
            assertThat(at.workerd("doctor").out())
                    .contains(
                            "127.0.0.1:" + port,
                            "Address already in use",
                            "pid " + ProcessHandle.current().pid());
            at.awaitLog("http cannot listen on 127.0.0.1:" + port);
            jobs().enqueue("short");
            until("it is done", () -> jobs().count("finished") == 1);
        }
        awaitListening();

        assertThat(status()).contains("\"state\":\"listening\"", "\"error\":null");
        assertThat(at.workerd("status").out()).contains("http://127.0.0.1:" + port + " listens");
        assertThat(at.workerd("doctor").out()).contains("http://127.0.0.1:" + port + " listens");
    }

    @Test
    void aReloadTriesAtOnceAndBindsTheNewBeforeItLeavesTheOld() throws Exception {
        int first = port;
        at.start();
        awaitListening();
        int second = freePort();
        try (ServerSocket holder = new ServerSocket(second, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(holder.isBound()).isTrue();
            listen("[\"127.0.0.1:" + first + "\", \"127.0.0.1:" + second + "\"]");
            at.signal("HUP");
            at.awaitLog("http cannot listen on 127.0.0.1:" + second);
            assertThat(get("/healthz").statusCode()).isEqualTo(200);
        }
        listen(Installation.text("127.0.0.1:" + second));
        at.signal("HUP");
        at.awaitLog("http listens no longer on 127.0.0.1:" + first);
        port = second;
        awaitListening();
        assertThat(at.logText().indexOf("http listens on 127.0.0.1:" + second))
                .isLessThan(at.logText().indexOf("http listens no longer on 127.0.0.1:" + first));

        listen(Installation.text("none"));
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        until("the port is free", () -> {
            try (ServerSocket free = new ServerSocket(second, 1, InetAddress.getByName("127.0.0.1"))) {
                return free.isBound();
            } catch (IOException taken) {
                return false;
            }
        });
    }

    @Test
    void whoFollowsIsNotCutOffWhenThePlaceChanges() throws Exception {
        at.handler("waits", "echo begun; while [ ! -e \"$0.go\" ]; do sleep 0.02; done; echo ended");
        at.start();
        awaitListening();
        post("/api/v1/jobs", "{\"name\":\"waits\"}");
        HttpResponse<InputStream> stream =
                client.send(request("/api/v1/jobs/1/attempts/1/output?follow=1").build(), BodyHandlers.ofInputStream());
        CompletableFuture<HttpResponse<String>> awaited =
                client.sendAsync(request("/api/v1/jobs/1/wait?timeout=60s").build(), BodyHandlers.ofString());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
                Socket idle = open()) {
            assertThat(HttpApiIT.next(lines, "data: ")).contains("begun");
            port = freePort();
            listen(Installation.text("127.0.0.1:" + port));
            at.signal("HUP");
            at.awaitLog("http listens no longer");

            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            Files.writeString(at.handlers.resolve("waits.go"), "");
            assertThat(HttpApiIT.next(lines, "data: ")).contains("ended");
            assertThat(HttpApiIT.next(lines, "event: ")).isEqualTo("end");
        }
        HttpResponse<String> answer = awaited.get(60, TimeUnit.SECONDS);
        assertThat(answer.body()).contains("\"state\":\"done\"");
        assertThat(answer.headers().firstValue("Connection")).contains("close");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutATokenFileNobodyGetsInAndJobsRun() {
        Installation.allow(at.top.resolve("http.token"), "rw-r--r--");
        Shell.Done started = at.workerd("start");

        assertThat(started.code()).isZero();
        assertThat(started.err()).contains("does not listen", "others may read");
        Installation.allow(at.top.resolve("http.token"), "rw-------");
        at.signal("HUP");
        awaitListening();
    }

    @Test
    void aTokenFileThatIsGoneIsToldOnReloadAndAllElseIsTakenOver() throws Exception {
        at.start();
        awaitListening();
        Files.delete(at.top.resolve("http.token"));
        at.set("http.read_only", "true");
        at.configure();
        at.signal("HUP");
        at.awaitLog("the tokens that were read before stay in force");

        assertThat(get("/api/v1/stats").statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/queues/pause", "").statusCode()).isEqualTo(403);
    }

    @Test
    void theUnixSocketNeedsNoTokenFileAndTheDoctorNamesWhoHasIt() throws Exception {
        Path link = Files.createSymbolicLink(
                Path.of("/tmp/http-it2-" + ProcessHandle.current().pid()), at.top);
        try {
            Path socket = link.resolve("s");
            Files.delete(at.top.resolve("http.token"));
            listen("[\"unix:" + socket + "\", \"127.0.0.1:" + port + "\"]");
            Shell.Done started = at.workerd("start");
            assertThat(started.err()).contains("there is no " + at.top.resolve("http.token"));
            until("the socket answers", () -> ask(socket).startsWith("HTTP/1.1 200"));

            at.stop();
            try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                other.bind(UnixDomainSocketAddress.of(socket));
                at.start();
                assertThat(at.workerd("doctor").out())
                        .contains("somebody listens there already; pid "
                                + ProcessHandle.current().pid() + " (java) listens there");
            }
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void aStaleSocketIsTakenOverAndWhatIsNoneIsLeftAlone() throws Exception {
        Path socket = at.top.resolve("s");
        Path file = at.top.resolve("f");
        Path link = Files.createSymbolicLink(
                Path.of("/tmp/http-it-" + ProcessHandle.current().pid()), at.top);
        try {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(link.resolve("s")))
                    .close();
            Files.writeString(file, "mine");
            listen("[\"unix:" + link.resolve("s") + "\", \"unix:" + link.resolve("f") + "\"]");
            Shell.Done started = at.workerd("start");

            assertThat(started.code()).isZero();
            assertThat(started.err()).contains("there is a file that is no socket");
            assertThat(Files.readString(file)).isEqualTo("mine");
            until("the socket answers", () -> ask(link.resolve("s")).startsWith("HTTP/1.1 200"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-rw----");
            at.stop();
            assertThat(socket).doesNotExist();
            assertThat(file).hasContent("mine");
        } finally {
            Files.delete(link);
        }
    }

    /** As whoever runs the tests. */
    private static String ask(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("GET /api/v1/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(1 << 14);
            while (channel.read(answer) >= 0) {
                // Until it is closed.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theTokenIsNowhereToBeSeen() throws Exception {
        long pid = at.start();
        awaitListening();
        get("/api/v1/stats");
        post("/api/v1/queues/bulk/pause", "{}");

        assertThat(at.logText()).contains("http: pause of the queue bulk").doesNotContain(TOKEN);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline"))).doesNotContain(TOKEN);
        for (String command : List.of("config", "status", "doctor")) {
            assertThat(at.workerd(command).out()).doesNotContain(TOKEN);
        }
    }
}
