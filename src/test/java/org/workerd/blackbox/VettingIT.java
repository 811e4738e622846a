package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.worker.handlers.FirstLine;

/** A handler that may not run leaves its jobs ready and untouched, and runs the moment it is mended. */
class VettingIT extends DaemonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing",
                "group-writable",
                "others-writable",
                "not-executable",
                "link-to-writable",
                "link-to-nothing",
                "directory",
                "owner"
            })
    void jobsOfARefusedHandlerWaitUntilItIsMended(String what) throws Exception {
        Path handler = at.handlers.resolve("odd");
        spoil(what, handler);
        at.handler("fine", "exit 0");
        at.start();
        long odd = jobs().enqueue("odd");
        jobs().awaitState(jobs().enqueue("fine"), "done");
        at.awaitLog("jobs named odd wait");
        assertThat(jobs().state(odd)).isEqualTo("ready");
        assertThat(jobs().attempt(odd)).isZero();
        assertThat(diary()).doesNotExist();
        mend(what, handler);
        long since = System.nanoTime();
        jobs().awaitState(odd, "done");
        assertThat(System.nanoTime() - since).isLessThan(2_000_000_000L);
        assertThat(diaryLines()).containsExactly("ran");
        assertThat(jobs().attempt(odd)).isEqualTo(1);
    }

    @Test
    void aLinkIsRunByItsOwnName() throws Exception {
        Path multi = Installation.program(
                Files.createDirectory(at.top.resolve("tools")).resolve("multi"), "#!/bin/sh\necho ${0##*/} $1\n");
        Files.createSymbolicLink(at.handlers.resolve("one"), Path.of("../tools/multi"));
        Files.createSymbolicLink(at.handlers.resolve("two"), multi);
        at.start();
        for (String name : new String[] {"one", "two"}) {
            long id = jobs().insert("name", name, "args", "[\"x\"]");
            jobs().awaitState(id, "done");
            assertThat(at.workerd("logs", Long.toString(id)).out()).isEqualTo(name + " x\n");
        }
    }

    @Test
    void whyALinkIsRefusedIsSaidWithTheRemedyThatHelps() throws Exception {
        at.set("workers.poll_interval", Installation.text("200ms")).configure();
        Path target = Installation.program(at.top.resolve("elsewhere"), "#!/bin/sh\n");
        Installation.allow(target, "rwxrwxr-x");
        Files.createSymbolicLink(at.handlers.resolve("odd"), target);
        at.start();
        long odd = jobs().enqueue("odd");
        String reason = "its target " + target + " is writable by its group or by others: ";
        at.awaitLog(reason);
        assertThat(jobs().state(odd)).isEqualTo("ready");
        String handlers = at.workerd("handlers").out();
        assertThat(handlers).contains(reason + "chmod go-w");
        assertThat(at.workerd("doctor").out()).contains(reason);
        String remedy = handlers.substring(handlers.indexOf("chmod"))
                .lines()
                .findFirst()
                .orElseThrow();
        assertThat(at.shell.run("sh", "-c", remedy).code()).isZero();
        jobs().awaitState(odd, "done");
    }

    @Test
    void inADirectoryThatOthersMayWriteNothingRuns() {
        at.handler("fine", "exit 0");
        Installation.allow(at.handlers, "rwxrwxr-x");
        at.start();
        long id = jobs().enqueue("fine");
        at.awaitLog("jobs named fine wait");
        assertThat(jobs().state(id)).isEqualTo("ready");
        Installation.allow(at.handlers, "rwxr-xr-x");
        jobs().awaitState(id, "done");
    }

    @Test
    void aHandlerThatVanishesLeavesItsJobsWaiting() throws Exception {
        at.handler("fine", "exit 0");
        at.start();
        jobs().awaitState(jobs().enqueue("fine"), "done");
        Files.delete(at.handlers.resolve("fine"));
        long id = jobs().enqueue("fine");
        at.awaitLog("jobs named fine wait");
        assertThat(jobs().state(id)).isEqualTo("ready");
        at.handler("fine", "exit 0");
        jobs().awaitState(id, "done");
    }

    @Test
    void manyWaitingJobsKeepNobodyFromRunning() {
        at.handler("fine", "exit 0");
        at.start();
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
                + " insert into jobs(name, priority) select 'nobody' || (i % 50), 100 from n");
        jobs().awaitState(jobs().enqueue("fine"), "done");
        assertThat(jobs().count("ready")).isEqualTo(2000);
    }

    /** It is written to by scp or an editor: the kernel does not execute it until it is closed. */
    @Test
    void aHandlerThatIsOpenForWritingHoldsUpItsOwnJobsOnlyAndRunsSoonAfterItIsClosed() throws Exception {
        Path busy = at.handler("busy", "echo ran >>'" + diary() + "'");
        at.handler("fine", "exit 0");
        at.start();
        long held;
        long longest = 0;
        try (FileChannel open = FileChannel.open(busy, StandardOpenOption.WRITE)) {
            held = jobs().insert("name", "busy", "max_attempts", 1);
            at.awaitLog("jobs named busy wait");
            for (int i = 0; i < 30; i++) {
                long since = System.nanoTime();
                jobs().awaitState(jobs().enqueue("fine"), "done");
                longest = Math.max(longest, System.nanoTime() - since);
            }
            assertThat(open.isOpen()).isTrue();
        }
        jobs().awaitState(held, "done");
        // What was refused by the kernel in between did not count: its only attempt is the one that ran.
        assertThat(jobs().attempt(held)).isEqualTo(1);
        assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(5));
        assertThat(diaryLines()).containsExactly("ran");
        assertThat(at.logText().lines().filter(line -> line.contains("is open for writing")))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo no first line\n", "#!/nonexistent/interpreter\n", "#!/bin/sh\r\necho of Windows\r\n"})
    void whatTheKernelCannotExecuteWaitsUntilItIsMended(String text) {
        Installation.program(at.handlers.resolve("broken"), text);
        at.handler("fine", "exit 0");
        at.start();
        long broken = jobs().insert("name", "broken", "max_attempts", 1);
        at.awaitLog("jobs named broken wait");
        jobs().awaitState(jobs().enqueue("fine"), "done");
        String why = FirstLine.objection(at.handlers.resolve("broken")).orElseThrow();
        assertThat(at.workerd("list", "--name", "broken").out()).contains("their handler cannot be started: " + why);
        assertThat(at.workerd("handlers").out()).contains("it cannot be started: " + why);
        assertThat(at.workerd("doctor").out())
                .contains("jobs named broken wait: their handler cannot be started: " + why)
                .contains("broken cannot be started: " + why);
        assertThat(at.logText()).contains(why).doesNotContain("name=broken state=ready");
        at.handler("broken", "exit 0");
        jobs().awaitState(broken, "done");
        assertThat(jobs().attempt(broken)).isEqualTo(1);
    }

    private void spoil(String what, Path handler) throws Exception {
        String program = "#!/bin/sh\necho ran >>'" + diary() + "'\n";
        switch (what) {
            case "missing" -> assertThat(handler).doesNotExist();
            case "directory" -> Files.createDirectory(handler);
            case "link-to-nothing" -> Files.createSymbolicLink(handler, at.top.resolve("nowhere"));
            case "link-to-writable" -> {
                Path target = Installation.program(at.top.resolve("elsewhere"), program);
                Installation.allow(target, "rwxrwxr-x");
                Files.createSymbolicLink(handler, target);
            }
            default -> Installation.program(handler, program);
        }
        switch (what) {
            case "group-writable" -> Installation.allow(handler, "rwxrwxr-x");
            case "others-writable" -> Installation.allow(handler, "rwxr-xrwx");
            case "not-executable" -> Installation.allow(handler, "rw-r--r--");
            case "owner" -> {
                needsRoot();
                Files.setAttribute(handler, "unix:uid", 12345);
            }
            default -> assertThat(what).isNotEmpty();
        }
    }

    private void mend(String what, Path handler) throws Exception {
        switch (what) {
            case "owner" -> Files.setAttribute(handler, "unix:uid", 0);
            case "group-writable", "others-writable", "not-executable" -> Installation.allow(handler, "rwxr-xr-x");
            default -> {
                Files.deleteIfExists(handler);
                Installation.program(handler, "#!/bin/sh\necho ran >>'" + diary() + "'\n");
            }
        }
    }
}
