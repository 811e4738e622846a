package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that people start from; the one in Java is in {@link JavaHandlerIT}. */
class ExamplesIT extends DaemonTest {
    private static final Path EXAMPLES = Installation.TREE.resolve("deploy/examples");

    /** As README says: copied, executable. */
    private void install(String handler) {
        Installation.program(at.handlers.resolve(handler), Installation.read(EXAMPLES.resolve("handlers/" + handler)));
    }

    private static void needsPhp() {
        needs("php");
        boolean sqlite = Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, "php"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(ExamplesIT::hasSqlite)
                .orElse(false);
        assumeTrue(
                sqlite || "true".equals(System.getenv("CI")), "php has no sqlite3 extension: apt install php-sqlite3");
    }

    private static boolean hasSqlite(Path php) {
        try {
            return new ProcessBuilder(php.toString(), "-r", "exit(class_exists('SQLite3') ? 0 : 1);")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
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

    private static String args(Path... paths) {
        return Stream.of(paths)
                .map(path -> Installation.text(path.toString()))
                .toList()
                .toString();
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

    private long fetch(HttpServer server, String path, Path target) {
        return jobs().enqueue(
                        "fetch",
                        "{\"url\":\"http://127.0.0.1:" + server.getAddress().getPort() + path + "\",\"to\":\"" + target
                                + "\"}");
    }

    // ---- PHP

    @Test
    void whatWasACronScriptIsAJobForEachOrder() throws IOException {
        needsPhp();
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

    // ---- plain SQL

    private List<String> program(String language) {
        String program =
                switch (language) {
                    case "sh" -> {
                        needs("sqlite3");
                        yield "sh";
                    }
                    case "py" -> {
                        needs("python3");
                        yield "python3";
                    }
                    default -> {
                        needsPhp();
                        yield "php";
                    }
                };
        return List.of(program, EXAMPLES.resolve("enqueue/enqueue." + language).toString());
    }

    private Shell.Done enqueue(String language, Path queue, String... arguments) {
        List<String> line = new ArrayList<>(program(language));
        line.add(queue.toString());
        line.addAll(List.of(arguments));
        return at.shell.run(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void severalJobsAreStoredInOneTransactionAndRun(String language) {
        at.handler("note", "printf '%s\\n' \"$1\" >>'" + diary() + "'");
        at.set("workers.concurrency", "1").configure();
        at.start();
        Shell.Done done = enqueue(language, at.queue, "note", "it's", "\"two\" words; --", ".quit", "größer");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).isEqualTo("1\n2\n3\n4\n");
        jobs().awaitState(4, "done");
        assertThat(diaryLines()).containsExactly("it's", "\"two\" words; --", ".quit", "größer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void allAreStoredOrNone(String language) {
        jobs().execute("create trigger no_third before insert on jobs when new.args like '%third%'"
                + " begin select raise(abort, 'not the third'); end");
        Shell.Done done = enqueue(language, at.queue, "note", "first", "second", "third");
        assertThat(done.code()).isNotZero();
        assertThat(done.err()).contains("not the third");
        assertThat(jobs().count("jobs")).isZero();
        assertThat(enqueue(language, at.queue, "note", "fourth").out().strip()).matches("[0-9]+");
        assertThat(jobs().count("jobs")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void noQueueIsMadeWhereThereIsNone(String language) {
        Path nowhere = at.top.resolve("no queue.db");
        assertThat(enqueue(language, nowhere, "note", "x").code()).isNotZero();
        assertThat(nowhere).doesNotExist();
    }

    /** The -wal keeps growing, far beyond where SQLite would copy it into the database by itself. */
    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void copyingTheWalIsLeftToTheDaemon(String language) throws IOException {
        jobs().execute("pragma wal_checkpoint(truncate)");
        long before = Files.size(at.queue);
        String[] arguments = new String[13];
        Arrays.fill(arguments, "x".repeat(100_000));
        arguments[0] = "note";
        for (int i = 0; i < 4; i++) {
            assertThat(enqueue(language, at.queue, arguments).code()).isZero();
        }
        assertThat(Files.size(at.queue.resolveSibling("queue.db-wal"))).isGreaterThan(4_800_000);
        assertThat(Files.size(at.queue)).isEqualTo(before);
    }
}
