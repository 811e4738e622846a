package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.workerd.PluginJars;

/** However much waits in the queue, what a daemon holds of it has its bounds: more than its heap is in each of these. */
class MemoryIT extends DaemonTest {
    private static final int SIZE = 1_000_000;
    private static final int COUNT = 120;

    private void start() throws Exception {
        Path plugins = Files.createDirectory(at.top.resolve("plugins"));
        Installation.allow(plugins, "rwxr-xr-x");
        PluginJars.handler("Echo", "echo", "return JobResult.done(job.payload().orElse(null));")
                .build(plugins.resolve("echo.jar"));
        PluginJars.handler("Talk", "talk", "return JobResult.done(\"x\".repeat(" + SIZE + "));")
                .build(plugins.resolve("talk.jar"));
        at.set("handlers.plugins", Installation.text("plugins")).configure();
        at.shell.environment.put("WORKERD_HEAP", "48m");
        at.start();
        // Jobs that are over at once are claimed far ahead.
        enqueue("echo", "'x'", 3_000);
        jobs().awaitAllDone();
    }

    private void enqueue(String name, String payload, int count) {
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + count + ")"
                + " insert into jobs(name, payload) select '" + name + "', " + payload + " from n");
    }

    private void runs(String name, String payload) throws Exception {
        start();
        long pid = at.pid();
        enqueue(name, payload, COUNT);
        jobs().awaitAllDone();
        assertThat(at.pid()).isEqualTo(pid);
        assertThat(jobs().count("finished where attempt = 1 and length(result) = " + SIZE))
                .isEqualTo(COUNT);
    }

    @Test
    void whatQuickJobsAreGivenFitsIntoTheHeap() throws Exception {
        runs("echo", "printf('%.*c', " + SIZE + ", 'x')");
    }

    @Test
    void whatQuickJobsGiveBackFitsIntoTheHeap() throws Exception {
        runs("talk", "null");
    }

    @Test
    void whatQuickJobsAreGivenAsArgsFitsIntoTheHeap() throws Exception {
        start();
        long pid = at.pid();
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 30)"
                + " insert into jobs(name, args) select 'echo', '[' || rtrim(replace(printf('%.*c', 200000, 'x'), 'x',"
                + " '\"a\",'), ',') || ']' from n");
        jobs().awaitAllDone();
        assertThat(at.pid()).isEqualTo(pid);
    }

    @Test
    void slotsThatAreFreeGetMoreThanWhatWaitsForOne() throws Exception {
        at.handler("hold", "until [ -e '" + at.top.resolve("go") + "' ]; do sleep 0.1; done");
        at.set("workers.concurrency", "12").configure();
        start();
        enqueue("hold", "printf('%.*c', " + SIZE / 2 + ", 'x')", 12);
        until("all run at once", () -> jobs().count("running") == 12);
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitAllDone();
    }

    @Test
    void itSaysWhenSlotsStayFreeForWantOfMemory() throws Exception {
        at.handler("hold", "until [ -e '" + at.top.resolve("go") + "' ]; do sleep 0.1; done");
        at.set("workers.concurrency", "16").configure();
        start();
        enqueue("hold", "printf('%.*c', " + SIZE + ", 'x')", 16);
        until("it says so", () -> Installation.read(at.log).contains("slots stay free for now"));
        long running = jobs().count("running");
        assertThat(running).isBetween(8L, 12L);
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitAllDone();
        assertThat(Installation.read(at.log)).containsOnlyOnce("slots stay free for now");
    }
}
