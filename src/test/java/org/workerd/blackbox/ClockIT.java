package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody sets the clock, a day forward or back, under a daemon that runs. */
class ClockIT extends DaemonTest {
    private Path time;
    private Shell.Running daemon;

    /** A library that lies about the wall clock alone stands for whoever sets it. */
    @BeforeEach
    void startUnderAClockThatCanBeSet() throws Exception {
        needs("faketime");
        time = at.top.resolve("time");
        setClock("+0");
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        at.handler("fail", "echo fail $WORKERD_ATTEMPT >>'" + diary() + "'; [ $WORKERD_ATTEMPT -gt 1 ]");
        at.handler("fail-slowly", "exit 1");
        at.set("jobs.fail.backoff", "\"3s\"")
                .set("jobs.fail-slowly.backoff", "\"10m\"")
                .configure();
        at.shell.environment.putAll(Map.of(
                "LD_PRELOAD",
                library().toString(),
                "FAKETIME_TIMESTAMP_FILE",
                time.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1"));
        daemon = at.shell.begin(at.line("run"));
        at.shell.environment.keySet().removeIf(name -> name.contains("FAKE") || name.equals("LD_PRELOAD"));
        until("it runs", () -> Files.exists(at.pidfile));
    }

    @AfterEach
    void stop() {
        at.stop();
        assertThat(daemon.await().code()).isZero();
    }

    private static Path library() throws Exception {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(Path.of("/usr/lib"), entry -> Files.isDirectory(entry))) {
            for (Path directory : found) {
                Path library = directory.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return library;
                }
            }
        }
        throw new AssertionError("faketime is there without its library");
    }

    private void setClock(String offset) throws Exception {
        Path fresh = at.top.resolve("time.new");
        Files.writeString(fresh, offset + "\n");
        Files.move(fresh, time, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private String said() {
        return Installation.read(daemon.err());
    }

    @Test
    void setBackADayItStallsNothing() throws Exception {
        long failing = jobs().enqueue("fail");
        jobs().awaitState(failing, "retrying");
        setClock("-1d");
        long next = jobs().enqueue("work");
        jobs().awaitState(next, "done");
        until("it says so", () -> said().matches("(?s).*the clock was set back by (1d 0h|23h 59m).*"));
        jobs().awaitState(failing, "done");
        // The retry is due after a second: on a busy machine that may be before the other one.
        assertThat(diaryLines()).containsExactlyInAnyOrder("fail 1", Long.toString(next), "fail 2");
    }

    @Test
    void setForwardADayItHurriesNoRetryAndRunsWhatIsDue() throws Exception {
        long failing = jobs().enqueue("fail-slowly");
        jobs().awaitState(failing, "retrying");
        long later = jobs().insert(
                        "name",
                        "work",
                        "run_at",
                        System.currentTimeMillis() + Duration.ofHours(5).toMillis());
        setClock("+1d");
        long next = jobs().enqueue("work");
        jobs().awaitState(next, "done");
        until("it says so", () -> said().matches("(?s).*the clock was set forward by (1d 0h|23h 59m).*"));
        jobs().awaitState(later, "done");
        assertThat(jobs().state(failing)).isEqualTo("retrying");
        assertThat(jobs().count("attempts where outcome = 'daemon died'")).isZero();
    }

    @Test
    void setBackAndForthUnderLoadEveryJobRunsOnce() throws Exception {
        for (String offset : new String[] {"+1d", "-1d", "+0", "+3650d", "+0"}) {
            for (int i = 0; i < 20; i++) {
                jobs().enqueue("work");
            }
            setClock(offset);
            jobs().awaitAllDone();
        }
        assertThat(diaryLines()).hasSize(100).doesNotHaveDuplicates();
    }
}
