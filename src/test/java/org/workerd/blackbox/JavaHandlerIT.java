package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workerd.PluginJars;

/** Handlers in Java: what becomes of a job by what they return, throw, or refuse to end for. */
class JavaHandlerIT extends DaemonTest {
    private Path plugins;

    @BeforeEach
    void plugins() throws Exception {
        plugins = Files.createDirectory(at.top.resolve("plugins"));
        Installation.allow(plugins, "rwxr-xr-x");
        at.set("handlers.plugins", Installation.text("plugins")).configure();
    }

    /** One handler a jar, each in a class of its own. */
    private void handler(String name, String body) {
        String type = "Handler_" + name;
        PluginJars.handler(type, name, body).build(plugins.resolve(name + ".jar"));
    }

    private String diaryEntry(String words) {
        return "Files.writeString(Path.of(\"" + diary() + "\"), " + words
                + " + \"\\n\", StandardOpenOption.CREATE, StandardOpenOption.APPEND);";
    }

    /** Goes on whatever happens, until the file is there. */
    private String until(Path file) {
        return "while (!Files.exists(Path.of(\"" + file + "\")))"
                + " try { Thread.sleep(10); } catch (InterruptedException e) { }";
    }

    private String logs(long id) {
        return at.workerd("logs", Long.toString(id)).out();
    }

    @Test
    void theExampleIsBuiltAndRuns() {
        at.shell.environment.put("PATH", System.getProperty("java.home") + "/bin:" + System.getenv("PATH"));
        Shell.Done built = at.shell.run(
                "sh", Installation.TREE.resolve("deploy/examples/java/build.sh").toString(), plugins.toString());
        assertThat(built.code()).as(built.err()).isZero();
        at.start();
        Shell.Done ran = at.workerd("enqueue", "greet", "Ann", "Bob", "--wait");
        assertThat(ran.code()).as(ran.err()).isZero();
        long id = Long.parseLong(ran.out().strip());
        assertThat(jobs().column(id, "result")).isEqualTo("Hello, Ann and Bob!");
        assertThat(jobs().column(id, "exit_code")).isNull();
        assertThat(logs(id)).contains("INFO greeting Ann in attempt 1\n").contains("INFO greeting Bob");
        assertThat(at.workerd("enqueue", "greet", "--wait").code()).isEqualTo(1);
        long late = jobs().insert("name", "greet", "args", "[\"sleeper\"]");
        jobs().awaitState(late, "scheduled");
        assertThat(jobs().attempt(late)).isZero();
    }

    @Test
    void itSeesItsJob() {
        handler(
                "look",
                """
                Files.writeString(job.directory().resolve("file"), "x");
                return JobResult.done(job.id() + " " + job.name() + " " + job.queue() + " " + job.args() + " "
                        + job.payload() + " " + job.attempt() + "/" + job.maxAttempts() + " " + job.isCancelled() + " "
                        + job.environment().get("COLOUR") + " "
                        + (Thread.currentThread().getContextClassLoader() == getClass().getClassLoader()) + " "
                        + job.directory());
                """);
        at.set("handlers.env", "{ COLOUR = \"red\" }").configure();
        at.start();
        long id = jobs().insert(
                        "name",
                        "look",
                        "queue",
                        "mail",
                        "args",
                        "[\"a\",\"b c\"]",
                        "payload",
                        "{\"w\":1}",
                        "max_attempts",
                        3);
        jobs().awaitState(id, "done");
        String[] words = jobs().column(id, "result").split(" /", 2);
        assertThat(words[0]).isEqualTo(id + " look mail [a, b c] Optional[{\"w\":1}] 1/3 false red true");
        assertThat(Path.of("/" + words[1])).doesNotExist();
    }

    @Test
    void itMayStandInTheLibDirectoryToo() {
        Path tree = at.top.resolve("tree");
        assertThat(at.shell
                        .run("cp", "-R", Installation.TREE.toString(), tree.toString())
                        .code())
                .isZero();
        PluginJars.handler("Ours", "ours", "return JobResult.done(\"ours\");").build(tree.resolve("lib/ours.jar"));
        String launcher = tree.resolve("bin/workerd").toString();
        assertThat(at.shell.run(launcher, "-c", at.config.toString(), "start").code())
                .isZero();
        Shell.Done ran = at.shell.run(launcher, "-c", at.config.toString(), "enqueue", "ours", "--wait");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(at.shell
                        .run(launcher, "-c", at.config.toString(), "handlers", "-q")
                        .out())
                .isEqualTo("ours\n");
    }

    @Test
    void whatPrintsNothingMakesNoFiles() throws Exception {
        handler("quiet", "return JobResult.done();");
        at.start();
        long id = jobs().enqueue("quiet");
        jobs().awaitState(id, "done");
        assertThat(at.queue.resolveSibling("output")).doesNotExist();
        assertThat(at.workerd("logs", Long.toString(id)).code()).isZero();
    }

    @Test
    void anExceptionIsAFailedAttemptWithItsTraceInTheLogs() {
        handler(
                "image",
                """
                job.logger().warn("attempt {}", job.attempt());
                job.result("partial");
                if (job.attempt() == 1) throw new IllegalStateException("no such\\nimage");
                if (job.attempt() == 2) throw new StackOverflowError();
                class Hostile extends RuntimeException {
                    public String getMessage() { throw new IllegalStateException(); }
                }
                throw new Hostile();
                """);
        at.start();
        long id = jobs().insert("name", "image", "max_attempts", 3);
        jobs().awaitState(id, "dead");
        String error = "select error from job_attempts where id = " + id + " and number = ";
        assertThat(jobs().ask(error + 1)).isEqualTo("IllegalStateException: no such?image");
        assertThat(jobs().ask(error + 2)).isEqualTo("StackOverflowError");
        assertThat(jobs().ask(error + 3)).isEqualTo("Hostile");
        assertThat(jobs().column(id, "result")).isEqualTo("partial");
        assertThat(at.workerd("logs", Long.toString(id), "--attempt", "1").out())
                .contains("WARN attempt 1\n")
                .contains("java.lang.IllegalStateException: no such\nimage\n\tat image.jar//Handler_image.handle(");
        assertThat(at.workerd("wait", Long.toString(id)).code()).isEqualTo(1);
        assertThat(at.logText()).doesNotContain("Handler_image.handle");
    }

    @Test
    void itGivesUpAndSnoozesAsItSays() {
        handler("never", "return JobResult.giveUp(\"it is not there\");");
        handler(
                "later",
                diaryEntry("\"\" + job.attempt()") + "return Files.readAllLines(Path.of(\"" + diary()
                        + "\")).size() < 3 ? JobResult.snooze(Duration.ofMillis(1)) : JobResult.done();");
        handler("nothing", "return null;");
        at.start();
        long never = jobs().enqueue("never");
        long later = jobs().insert("name", "later", "max_attempts", 1);
        long nothing = jobs().insert("name", "nothing", "max_attempts", 1);
        jobs().awaitState(never, "dead");
        assertThat(jobs().column(never, "error")).isEqualTo("it is not there");
        jobs().awaitState(later, "done");
        assertThat(diaryLines()).containsExactly("1", "1", "1");
        jobs().awaitState(nothing, "dead");
        assertThat(jobs().column(nothing, "error")).isEqualTo("the handler returned null");
    }

    @Test
    void itsThreadIsInterruptedWhenItsTimeIsUpAndTheNextAttemptIsNot() {
        handler(
                "slow",
                """
                if (Thread.currentThread().isInterrupted()) throw new IllegalStateException("interrupted too early");
                if (job.payload().isEmpty()) return JobResult.done();
                try {
                    Thread.sleep(60_000);
                } finally {
                    Thread.currentThread().interrupt();
                    job.logger().info("cancelled: {}", job.isCancelled());
                    org.slf4j.LoggerFactory.getLogger("plugin").info("told to end");
                }
                return JobResult.done();
                """);
        at.set("workers.concurrency", "1").configure();
        at.start();
        long slow = jobs().insert("name", "slow", "payload", "x", "timeout_ms", 100, "max_attempts", 1);
        long quick = jobs().enqueue("slow");
        jobs().awaitState(slow, "dead");
        assertThat(jobs().ask("select outcome from job_attempts where id = ?", slow))
                .isEqualTo("timeout");
        assertThat(logs(slow)).contains("cancelled: true").contains("InterruptedException");
        jobs().awaitState(quick, "done");
        at.awaitLog("name=slow state=done");
        assertThat(at.workerd("wait", Long.toString(slow)).code()).isEqualTo(124);
    }

    @Test
    void withTheQueueOutOfReachADaemonStillEndsWithoutIt() throws Exception {
        expectErrors();
        handler("deaf", diaryEntry("\"begun\"") + until(at.top.resolve("end")) + "return JobResult.done();");
        handler("slow", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long deaf = jobs().enqueue("deaf");
        long slow = jobs().enqueue("slow");
        until("they run", () -> diaryLines().size() == 2);
        jobs().execute("begin immediate");
        assertThat(at.workerd("stop", "--timeout", "1s").code()).isEqualTo(75);
        long pid = at.pid();
        at.signal("TERM");
        Installation.awaitEnd(pid);
        jobs().execute("rollback");
        Installation.write(at.top.resolve("end"), "");
        assertThat(jobs().state(deaf)).isEqualTo("running");
        assertThat(jobs().state(slow)).isEqualTo("running");
    }

    @Test
    void theProcessesThatItStartsAreItsOwn() {
        handler(
                "parent",
                """
                Process[] child = new Process[1];
                Thread starter = new Thread(() -> {
                    try {
                        child[0] = new ProcessBuilder("sh", "-c", "sleep 1; exit 7").start();
                    } catch (java.io.IOException e) {
                    }
                });
                starter.start();
                starter.join();
                return JobResult.done("" + child[0].waitFor());
                """);
        at.handler("brief", "exit 0");
        // At each look what attempts left is ended.
        at.set("workers.poll_interval", Installation.text("100ms")).configure();
        at.start();
        long parent = jobs().enqueue("parent");
        jobs().awaitState(jobs().enqueue("brief"), "done");
        jobs().awaitState(parent, "done");
        assertThat(jobs().column(parent, "result")).isEqualTo("7");
    }

    @Test
    void cancelInterruptsIt() {
        handler("slow", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long id = jobs().enqueue("slow");
        until("it runs", () -> diaryLines().contains("begun"));
        assertThat(at.workerd("cancel", Long.toString(id)).code()).isZero();
        jobs().awaitState(id, "cancelled");
    }

    @Test
    void whatIgnoresItsEndKeepsItsSlotUntilItHasEnded() {
        Path end = at.top.resolve("end");
        handler("deaf", diaryEntry("\"begun\"") + until(end) + "return JobResult.done();");
        handler("fine", "return JobResult.done();");
        at.set("workers.concurrency", "1").configure();
        at.start();
        long deaf = jobs().insert("name", "deaf", "timeout_ms", 100, "max_attempts", 1);
        until("it runs", () -> diaryLines().contains("begun"));
        long fine = jobs().enqueue("fine");
        at.awaitLog("was told to end");
        at.awaitLog("it is at deaf.jar//Handler_deaf.handle(");
        assertThat(jobs().state(deaf)).isEqualTo("running");
        assertThat(jobs().state(fine)).isNotEqualTo("done");
        Installation.write(end, "");
        jobs().awaitState(deaf, "dead");
        jobs().awaitState(fine, "done");
        assertThat(jobs().column(deaf, "error")).startsWith("timed out");
    }

    @Test
    void aDaemonThatStopsAtOnceEndsWithoutItAndTheNextOnePutsItBack() {
        handler(
                "deaf",
                diaryEntry("\"attempt \" + job.attempt()") + until(at.top.resolve("end")) + "return JobResult.done();");
        at.start();
        long id = jobs().enqueue("deaf");
        until("it runs", () -> diaryLines().size() == 1);
        Shell.Done stopped = at.workerd("stop", "--now", "--timeout", "20s");
        assertThat(stopped.code()).as(stopped.err()).isZero();
        assertThat(jobs().state(id)).isEqualTo("running");
        Installation.write(at.top.resolve("end"), "");
        at.start();
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("attempt 1", "attempt 1");
        assertThat(jobs().count("attempts where outcome = 'daemon died'")).isZero();
        at.awaitLog("outcome=interrupted");
    }

    @Test
    void theTimeoutOfWhatTheDaemonEndedWithoutStillCounts() {
        handler("deaf", diaryEntry("\"begun\"") + until(at.top.resolve("end")) + "return JobResult.done();");
        at.start();
        long id = jobs().insert("name", "deaf", "timeout_ms", 100, "max_attempts", 1);
        at.awaitLog("was told to end");
        assertThat(at.workerd("stop", "--now", "--timeout", "20s").code()).isZero();
        at.start();
        jobs().awaitState(id, "dead");
        assertThat(jobs().ask("select outcome from job_attempts where id = ?", id))
                .isEqualTo("timeout");
    }

    @Test
    void whatItHasDoneWhenTheDaemonStopsIsNotDoneAgain() {
        handler(
                "careful",
                diaryEntry("\"begun\"")
                        + "try { Thread.sleep(60_000); } catch (InterruptedException e) { return JobResult.done(\"half\"); }"
                        + "return JobResult.done();");
        handler("careless", diaryEntry("\"begun\"") + "Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long careful = jobs().enqueue("careful");
        long careless = jobs().enqueue("careless");
        until("they run", () -> diaryLines().size() == 2);
        assertThat(at.workerd("stop", "--now", "--timeout", "20s").code()).isZero();
        assertThat(jobs().state(careful)).isEqualTo("done");
        assertThat(jobs().state(careless)).isEqualTo("ready");
        assertThat(jobs().attempt(careless)).isZero();
    }

    @Test
    void aCrashInTheMiddleCountsTheAttemptAndRunsItAgain() {
        handler(
                "slow",
                diaryEntry("\"attempt \" + job.attempt()")
                        + "if (job.attempt() == 1) Thread.sleep(60_000); return JobResult.done();");
        at.start();
        long id = jobs().enqueue("slow");
        until("it runs", () -> diaryLines().size() == 1);
        at.kill9();
        at.start();
        jobs().awaitState(id, "done");
        assertThat(diaryLines()).containsExactly("attempt 1", "attempt 2");
        assertThat(jobs().ask("select outcome from job_attempts where id = ? and number = 1", id))
                .isEqualTo("daemon died");
    }

    @Test
    void aBrokenJarIsRefusedAndTheGoodOnesBesideItRun() throws Exception {
        handler("fine", "return JobResult.done();");
        Installation.write(plugins.resolve("garbage.jar"), "not a jar");
        Installation.allow(plugins.resolve("garbage.jar"), "rw-r--r--");
        PluginJars.handler("Gone", "gone", "return null;").services("Missing").build(plugins.resolve("gone.jar"));
        handler("loose", "return JobResult.done();");
        Installation.allow(plugins.resolve("loose.jar"), "rw-rw-r--");
        at.handler("both", "exit 0");
        handler("both", "return JobResult.done();");
        at.start();
        jobs().awaitState(jobs().enqueue("fine"), "done");
        at.awaitLog("garbage.jar is refused: it cannot be loaded");
        at.awaitLog("gone.jar is refused: it cannot be loaded: ServiceConfigurationError");
        at.awaitLog("loose.jar is refused: it is writable by its group or by others: chmod go-w");
        assertThat(at.workerd("handlers", "-q").out()).isEqualTo("fine\n");
        assertThat(at.workerd("handlers").out())
                .contains("there are two of this name")
                .contains("garbage.jar");
        assertThat(at.workerd("enqueue", "both").code()).isEqualTo(2);
        assertThat(at.workerd("enqueue", "loose").code()).isEqualTo(2);
        assertThat(at.workerd("enqueue", "fine").code()).isZero();
    }

    @Test
    void aReloadTakesNewAndChangedJarsWhileOldAttemptsEndInTheOldCode() {
        Path end = at.top.resolve("end");
        handler(
                "work",
                diaryEntry("\"begun\"") + until(end)
                        + "return JobResult.done(new Object() { String old() { return \"old\"; } }.old());");
        at.start();
        long old = jobs().enqueue("work");
        until("it runs", () -> diaryLines().contains("begun"));
        handler("work", "return JobResult.done(\"new\");");
        handler("more", "return JobResult.done();");
        assertThat(at.workerd("enqueue", "more").code())
                .as("a jar that no daemon has seen")
                .isZero();
        assertThat(at.workerd("reload").code()).isZero();
        at.awaitLog("more.jar has the handlers more");
        long fresh = jobs().enqueue("work");
        jobs().awaitState(fresh, "done");
        assertThat(jobs().column(fresh, "result")).isEqualTo("new");
        Installation.write(end, "");
        jobs().awaitState(old, "done");
        assertThat(jobs().column(old, "result")).isEqualTo("old");
        jobs().awaitAllDone(Duration.ofSeconds(20));
    }

    @Test
    void twoPluginsBringTwoVersionsOfALibraryAndSeeNoneOfOurs() {
        for (String version : List.of("1", "2")) {
            PluginJars.handler(
                            "Handler",
                            "v" + version,
                            """
                            try {
                                Class.forName("picocli.CommandLine");
                                return JobResult.giveUp("sees our libraries");
                            } catch (ClassNotFoundException right) {
                                org.slf4j.LoggerFactory.getLogger("plugin").info("seen");
                                return JobResult.done(com.fasterxml.jackson.core.JsonFactory.version());
                            }
                            """)
                    .with(
                            "com.fasterxml.jackson.core.JsonFactory",
                            "package com.fasterxml.jackson.core; public class JsonFactory {"
                                    + " public static String version() { return \"" + version + "\"; } }")
                    .build(plugins.resolve("v" + version + ".jar"));
        }
        at.start();
        for (String version : List.of("1", "2")) {
            long id = jobs().enqueue("v" + version);
            jobs().awaitState(id, "done");
            assertThat(jobs().column(id, "result")).isEqualTo(version);
        }
    }

    @Test
    void itsOutputKeepsHeadAndTail() {
        handler(
                "loud",
                "for (int i = 0; i < 20_000; i++) job.logger().debug(\"line {}\", i); return JobResult.done();");
        at.set("jobs.output_limit", "4096").configure();
        at.start();
        long id = jobs().enqueue("loud");
        jobs().awaitState(id, "done");
        assertThat(logs(id))
                .hasSizeLessThan(5000)
                .contains("line 0\n")
                .contains("left out here")
                .contains("line 19999\n");
    }

    @Test
    void aHandlerMayEnqueue() {
        handler(
                "parent",
                """
                try (var queue = org.workerd.client.JobQueue.open(Path.of(job.payload().orElseThrow()))) {
                    return JobResult.done("" + queue.enqueue(org.workerd.job.NewJob.of("child")).id());
                }
                """);
        handler("child", "return JobResult.done();");
        at.start();
        long parent = jobs().enqueue("parent", at.queue.toString());
        jobs().awaitState(parent, "done");
        jobs().awaitState(Long.parseLong(jobs().column(parent, "result")), "done");
    }
}
