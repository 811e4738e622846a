package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** HUP: the log goes on in a new file without losing a line, and good settings replace the old ones. */
class ReloadIT extends DaemonTest {
    @Test
    void twentyRotationsUnderLoadLoseNoLine() throws Exception {
        at.handler("short", "exit 0");
        long pid = at.start();
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
                + " insert into jobs(name) select 'short' from n");
        for (int round = 1; round <= 20; round++) {
            int enough = round * 40;
            until("more jobs are done", () -> jobs().count("finished") >= enough);
            Files.move(at.log, at.log.resolveSibling("workerd.log." + round));
            at.signal("HUP");
            until("there is a log", () -> Files.exists(at.log));
        }
        jobs().awaitAllDone();
        at.stop();
        List<String> lines = allLogLines();
        assertThat(lines.stream()
                        .filter(line -> line.contains(" state=done "))
                        .map(line -> line.replaceAll(".* job=(\\d+) .*", "$1")))
                .hasSize(1000)
                .doesNotHaveDuplicates();
        assertThat(lines.stream().filter(line -> line.contains(" state=running ")))
                .hasSize(1000)
                .doesNotHaveDuplicates();
        assertThat(lines).allMatch(line -> line.matches("\\d{4}-.*"));
        assertThat(lines.stream().filter(line -> line.contains("pid " + pid))).hasSize(1);
    }

    @Test
    void whenTheNewLogCannotBeOpenedTheOldOneStays() throws Exception {
        expectErrors();
        at.handler("hello", "exit 0");
        at.start();
        Path old = at.log.resolveSibling("old.log");
        Files.move(at.log, old);
        Files.createDirectory(at.log);
        at.signal("HUP");
        until("it says so", () -> Installation.read(old).contains("still logging to the old one"));
        long id = jobs().enqueue("hello");
        jobs().awaitState(id, "done");
        until("it logs on", () -> Installation.read(old)
                .contains("job=" + id + " attempt=1 queue=default name=hello state=done"));
        Files.delete(at.log);
        at.signal("HUP");
        until("there is a log", () -> Files.exists(at.log));
        assertThat(Installation.read(old)).doesNotContain("Exception");
    }

    @Test
    void aBrokenConfigurationIsRefusedAndTheOldOneStaysInForce() {
        expectErrors();
        at.set("handlers.env", "{ COLOUR = \"red\" }").configure();
        at.handler("colour", "echo $COLOUR >\"$WORKERD_RESULT\"");
        long pid = at.start();
        at.set("handlers.env", "{ COLOUR = \"blue\" }")
                .set("workers.concurrency", "\"many\"")
                .configure();
        at.signal("HUP");
        at.awaitLog("the configuration has errors: the old one stays in force");
        assertThat(at.logText()).contains("workers.concurrency");
        long id = jobs().enqueue("colour");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("red\n");
        assertThat(at.pid()).isEqualTo(pid);
    }

    @Test
    void goodSettingsTakeEffect() {
        at.set("workers.concurrency", "1").configure();
        at.handler(
                "meet",
                "echo here >>'" + diary() + "'\nwhile [ $(wc -l <'" + diary() + "') -lt 3 ]; do sleep 0.02; done"
                        + "\necho $COLOUR >\"$WORKERD_RESULT\"");
        at.handler("slow", "sleep 600");
        at.start();
        at.set("workers.concurrency", "3")
                .set("handlers.env", "{ COLOUR = \"blue\" }")
                .set("jobs.slow.timeout", "\"200ms\"")
                .set("jobs.slow.max_attempts", "1")
                .configure();
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        long slow = jobs().enqueue("slow");
        jobs().awaitState(slow, "dead");
        assertThat(jobs().column(slow, "error")).contains("timed out after 200ms");
        List<Long> ids = List.of(jobs().enqueue("meet"), jobs().enqueue("meet"), jobs().enqueue("meet"));
        ids.forEach(id -> jobs().awaitState(id, "done"));
        assertThat(jobs().column(ids.get(2), "result")).isEqualTo("blue\n");
    }

    @Test
    void howManySlotsThereAreIsToldAfterAReloadAndARestartInPlace() {
        at.set("workers.concurrency", "1").configure();
        at.handler("slow", "sleep 600");
        at.start();
        jobs().enqueue("slow");
        jobs().enqueue("slow");
        at.set("workers.concurrency", "3").configure();
        assertThat(at.workerd("reload").code()).isZero();
        until("both run in the new slots", () -> daemon().contains("\"slots\":3,\"busy\":2"));
        at.set("workers.concurrency", "5").configure();
        assertThat(at.workerd("restart").code()).isZero();
        until("the slots are told", () -> daemon().contains("\"slots\":5,\"busy\":2"));
    }

    private String daemon() {
        return at.workerd("stats", "--json").out();
    }

    @Test
    void handlersInANewDirectoryAreFoundAndNoticed() throws Exception {
        at.handler("hello", "echo old >\"$WORKERD_RESULT\"");
        at.start();
        Files.createDirectory(at.top.resolve("others"));
        at.set("handlers.dir", "\"others\"").configure();
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        long id = jobs().enqueue("hello");
        at.awaitLog("jobs named hello wait");
        Installation.program(at.top.resolve("others/hello"), "#!/bin/sh\necho new >\"$WORKERD_RESULT\"\n");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("new\n");
    }

    @Test
    void aHangupDuringTheDrainChangesNothingOfIt() throws Exception {
        at.handler("slow", "until [ -e '" + at.top.resolve("go") + "' ]; do sleep 0.02; done");
        long pid = at.start();
        long id = jobs().enqueue("slow");
        jobs().awaitState(id, "running");
        at.signal("TERM");
        at.awaitLog("stopping: claiming no more jobs");
        long later = jobs().enqueue("slow");
        Files.move(at.log, at.log.resolveSibling("old.log"));
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        Installation.write(at.top.resolve("go"), "");
        Installation.awaitEnd(pid);
        assertThat(jobs().state(id)).isEqualTo("done");
        assertThat(jobs().state(later)).isEqualTo("ready");
        assertThat(at.logText()).contains("workerd stops");
    }

    private List<String> allLogLines() throws IOException {
        try (Stream<Path> files = Files.list(at.log.getParent())) {
            return files.flatMap(file -> Installation.read(file).lines()).toList();
        }
    }
}
