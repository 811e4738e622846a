package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The handlers that people start from; the one in Java is in {@link JavaHandlerIT}. */
class ExamplesIT extends DaemonTest {
    static final Path EXAMPLES = Installation.TREE.resolve("deploy/examples");

    /** As README says: copied, executable. */
    private void install(String handler) {
        Installation.program(at.handlers.resolve(handler), Installation.read(EXAMPLES.resolve("handlers/" + handler)));
    }

    static void needsPhp(Shell shell) {
        needs("php");
        boolean sqlite =
                shell.run("php", "-r", "exit(class_exists('SQLite3') ? 0 : 1);").code() == 0;
        assumeTrue(sqlite || "true".equals(System.getenv("CI")), "php has no SQLite3: apt install php-sqlite3");
    }

    private String logs(long id) {
        return at.workerd("logs", Long.toString(id)).out();
    }

    // ---- sh

    @Test
    void aDirectoryIsPackedOnceItsDiskIsThere() throws IOException {
        install("archive");
        Path source = Files.createDirectories(at.top.resolve("web site"));
        Files.writeString(source.resolve("-a file"), "hello");
        Path target = at.top.resolve("disk");
        at.start();
        long early = jobs().insert("name", "archive", "args", args(source, target));
        jobs().awaitState(early, "scheduled");
        assertThat(jobs().attempt(early)).isZero();
        assertThat(logs(early)).contains("not mounted yet");

        Files.createDirectory(target);
        long id = jobs().insert("name", "archive", "args", args(source, target));
        jobs().awaitState(id, "done");
        String archive = target + "/web site-" + id + ".tar.gz";
        assertThat(jobs().column(id, "result").strip()).isEqualTo(archive);
        assertThat(at.shell.run("tar", "-tzf", archive).out()).isEqualTo("web site/\nweb site/-a file\n");
        assertThat(logs(id)).isEqualTo("packed 2 files\n");
        assertThat(target.toFile().list()).as("nothing else").hasSize(1);

        long lost = jobs().insert("name", "archive", "args", args(at.top.resolve("nowhere"), target));
        jobs().awaitState(lost, "dead");
        assertThat(jobs().column(lost, "exit_code")).isEqualTo("65");
    }

    @Test
    void whatIsCancelledWhileItPacksLeavesNothing() throws IOException {
        install("archive");
        at.set("jobs.kill_grace", Installation.text("10s")).configure();
        Path source = Files.createDirectories(at.top.resolve("source"));
        try (RandomAccessFile zeros =
                new RandomAccessFile(source.resolve("zeros").toFile(), "rw")) {
            zeros.setLength(1L << 40);
        }
        Path target = Files.createDirectories(at.top.resolve("disk"));
        at.start();
        long id = jobs().insert("name", "archive", "args", args(source, target));
        until("it packs", () -> target.toFile().list().length == 1);
        assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
        jobs().awaitState(id, "cancelled");
        assertThat(target).isEmptyDirectory();
    }

    private static String args(Path... paths) {
        return Stream.of(paths)
                .map(path -> Installation.text(path.toString()))
                .toList()
                .toString();
    }

    private long alarmOf(long dead) {
        jobs().awaitState(dead, "dead");
        until("its alarm is stored", () -> jobs().count("jobs where queue = 'alarms'") == 1);
        return Long.parseLong(jobs().ask("select id from jobs where queue = 'alarms'"));
    }

    /** With a program in the place of sendmail that keeps what it is given: a mail system takes it from there. */
    @Test
    void aDeathIsMailed() throws IOException {
        install("alarm-mail");
        at.handler("resize", "echo 'no space, é'; exit 65");
        Path programs = Files.createDirectories(at.top.resolve("programs"));
        Installation.program(
                programs.resolve("sendmail"),
                "#!/bin/sh\necho \"$@\" >'" + at.top + "/how'\ncat >'" + at.top + "/mail'\n");
        at.set("jobs.on_dead", "\"alarm-mail\"")
                .set("handlers.env", "{ PATH = \"" + programs + ":/usr/bin:/bin\", ALARM_TO = \"ops@example.org\" }")
                .configure();
        at.start();
        long id = jobs().enqueue("resize");
        jobs().awaitState(alarmOf(id), "done");
        assertThat(at.top.resolve("how")).hasContent("-i -t");
        String mail = Installation.read(at.top.resolve("mail"));
        assertThat(mail)
                .startsWith("To: ops@example.org\nSubject: [workerd] job " + id + " (resize) is dead\n")
                .contains("workerd logs " + id, "no space, é");
        assertThat(mail.lines()).allMatch(line -> line.length() < 998);

        long other = jobs().enqueue("alarm-mail", "{\"text\":\"no alarm\"}");
        jobs().awaitState(other, "dead");
        assertThat(logs(other)).contains("the payload is no alarm");
    }

    @Test
    void aDeathIsPostedUntilTheServerTakesIt() throws IOException {
        needs("curl");
        install("alarm-post");
        at.handler("resize", "echo 'no space'; exit 65");
        List<String> bodies = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            bodies.add(exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
            int code = exchange.getRequestURI().getPath().equals("/gone") ? 410 : bodies.size() == 1 ? 500 : 204;
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            at.set("jobs.on_dead", "\"alarm-post\"")
                    .set("handlers.env", "{ ALARM_URL = \"" + url + "/hook?a=b\" }")
                    .configure();
            at.start();
            long id = jobs().enqueue("resize");
            long alarm = alarmOf(id);
            jobs().awaitState(alarm, "done");
            assertThat(jobs().attempt(alarm)).isEqualTo(2);
            assertThat(bodies)
                    .hasSize(2)
                    .allMatch(body -> body.equals(
                            "application/json " + jobs().ask("select payload from jobs where id = ?", alarm)));

            at.set("handlers.env", "{ ALARM_URL = \"" + url + "/gone\" }").configure();
            at.workerd("reload");
            at.awaitLog("configuration reloaded");
            long refused = jobs().enqueue("alarm-post", "{}");
            jobs().awaitState(refused, "dead");
            assertThat(jobs().attempt(refused)).isEqualTo(1);
        } finally {
            server.stop(0);
        }
    }

    // ---- Python

    @Test
    void theAnswerOfAServerDecidesWhatBecomesOfADownload() throws IOException {
        needs("python3");
        install("fetch");
        at.set("jobs.max_attempts", "2").configure();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.equals("/file") ? new byte[3_000_000] : new byte[] {'?'};
            exchange.getResponseHeaders().add("Retry-After", "7200");
            int code = path.equals("/file") || path.equals("/short") ? 200 : Integer.parseInt(path.substring(1));
            exchange.sendResponseHeaders(code, path.equals("/short") ? 2 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            at.start();
            Path target = at.top.resolve("a file");
            long got = fetch(server, "/file", target);
            jobs().awaitState(got, "done");
            assertThat(target).hasSize(3_000_000);
            assertThat(jobs().column(got, "result")).isEqualTo("{\"bytes\": 3000000}");
            assertThat(jobs().column(got, "progress")).contains("\"percent\":100");

            long busy = fetch(server, "/503", target);
            long missing = fetch(server, "/404", target);
            long broken = fetch(server, "/500", target);
            long cutShort = fetch(server, "/short", at.top.resolve("short"));
            long wrong = jobs().enqueue("fetch", "[1]");
            long local = jobs().enqueue("fetch", "{\"url\":\"file:///etc/passwd\",\"to\":\"" + target + "\"}");
            jobs().awaitState(busy, "scheduled");
            assertThat(jobs().attempt(busy)).isZero();
            assertThat(jobs().count("job_status where id = " + busy + " and run_at > created_at + 7000000"))
                    .isEqualTo(1);
            for (long dead : List.of(missing, wrong, local, broken, cutShort)) {
                jobs().awaitState(dead, "dead");
            }
            assertThat(List.of(jobs().attempt(missing), jobs().attempt(wrong), jobs().attempt(local)))
                    .containsOnly(1);
            assertThat(List.of(jobs().attempt(broken), jobs().attempt(cutShort)))
                    .containsOnly(2);
            assertThat(logs(broken)).contains("Traceback").contains("HTTP Error 500");
            assertThat(target).as("kept").hasSize(3_000_000);
            assertThat(at.top.toFile().list((directory, name) -> name.contains("short")))
                    .as("no half a file")
                    .isEmpty();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aDownloadThatIsCancelledLeavesNothing() throws IOException {
        needs("python3");
        install("fetch");
        at.set("jobs.kill_grace", Installation.text("10s")).configure();
        CountDownLatch over = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 3_000_000);
            exchange.getResponseBody().write(new byte[2_000_000]);
            exchange.getResponseBody().flush();
            awaitEnd(over);
            exchange.close();
        });
        server.start();
        try {
            at.start();
            Path directory = Files.createDirectories(at.top.resolve("mirror"));
            long id = fetch(server, "/slow", directory.resolve("file"));
            until("it has begun", () -> directory.toFile().list().length == 1);
            assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
            jobs().awaitState(id, "cancelled");
            assertThat(directory).isEmptyDirectory();
        } finally {
            over.countDown();
            server.stop(0);
        }
    }

    private static void awaitEnd(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private long fetch(HttpServer server, String path, Path target) {
        return jobs().enqueue(
                        "fetch",
                        "{\"url\":\"http://127.0.0.1:" + server.getAddress().getPort() + path + "\",\"to\":\"" + target
                                + "\"}");
    }

    // ---- PHP

    @Test
    void whatWasACronScriptIsAJobForEachOrder() throws IOException {
        needsPhp(at.shell);
        needs("sqlite3");
        install("invoice");
        install("invoices");
        Path shop = at.top.resolve("shop");
        Files.createDirectories(shop.resolve("invoices"));
        sql(
                shop,
                "create table orders(id integer primary key, customer text, cents integer, invoiced_at text);"
                        + "insert into orders values (17, 'Ann', 1999, null), (18, 'Bob', 5, null), (19, 'Eve', 1, 'x'),"
                        + "(20, 'Dan', 7, null)");
        at.set("handlers.env", "{ SHOP = \"" + shop + "\", QUEUE = \"" + at.queue + "\" }")
                .configure();
        long waits =
                jobs().insert("name", "invoice", "args", "[\"18\"]", "key", "invoice-18", "run_at", 4_000_000_000_000L);
        at.start();
        long sweep = jobs().enqueue("invoices");
        jobs().awaitState(sweep, "done");
        assertThat(logs(sweep)).isEqualTo("3 orders without an invoice, 2 jobs enqueued\n");
        assertThat(jobs().count("jobs")).isEqualTo(4);
        // An id may be left out where a row was refused.
        long invoice = Long.parseLong(jobs().ask("select id from jobs where key = 'invoice-17'"));
        jobs().awaitState(invoice, "done");
        jobs().awaitState(Long.parseLong(jobs().ask("select id from jobs where key = 'invoice-20'")), "done");
        assertThat(shop.resolve("invoices/17.txt")).hasContent("Invoice 17\nAnn: 19.99 EUR\n");
        assertThat(jobs().state(waits)).isEqualTo("scheduled");
        assertThat(jobs().column(invoice, "result")).isEqualTo("{\"invoice\":\"" + shop + "/invoices/17.txt\"}");
        assertThat(sql(shop, "select count(*) from orders where invoiced_at is null"))
                .isEqualTo("1\n");

        long again = jobs().insert("name", "invoice", "args", "[\"17\"]");
        jobs().awaitState(again, "done");
        assertThat(logs(again)).isEqualTo("order 17 had its invoice; written again\n");
        long unknown = jobs().insert("name", "invoice", "args", "[\"99\"]");
        jobs().awaitState(unknown, "dead");
        assertThat(logs(unknown)).isEqualTo("invoice: there is no order 99\n");
        Files.move(shop.resolve("invoices"), shop.resolve("gone"));
        Shell.Done warned = at.workerd("try", "invoice", "17");
        assertThat(warned.code()).as("a warning is a failure").isEqualTo(255);
    }

    private String sql(Path shop, String statements) {
        Shell.Done done = at.shell.run("sqlite3", shop.resolve("shop.db").toString(), statements);
        assertThat(done.code()).as(done.err()).isZero();
        return done.out();
    }
}
