package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Handlers in Java: what they see of their job, and what becomes of it by what they print, return or throw. */
class JavaHandlerIT extends PluginDaemonTest {
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
                        + job.payload() + " " + job.attempt() + "/" + job.lastAttempt() + " " + job.isCancelled() + " "
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
    void whatPrintsNothingMakesNoFiles() throws Exception {
        handler("quiet", "return JobResult.done();");
        at.start();
        long id = jobs().enqueue("quiet");
        jobs().awaitState(id, "done");
        assertThat(at.queue.resolveSibling("output")).isEmptyDirectory();
        assertThat(at.workerd("logs", Long.toString(id)).code()).isZero();
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
}
