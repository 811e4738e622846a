package org.workerd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher and the init script as real processes, against a daemon and a JVM that are scripts. */
class LauncherTest {
    private static final String NOT_RUNNING =
            "{\"running\":false,\"pid\":null,\"uptime_ms\":null,\"draining\":false,\"busy\":[]}\n";
    private static final String PLAIN =
            """
            [daemon]
            pidfile = "run/workerd.pid"
            [queue]
            url = 'sqlite:queue.db' # beside this file
            """;

    /** What a command left behind. */
    private record Done(int code, String out, String err) {}

    @TempDir
    private Path top;

    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();
    private Path launcher;
    private Path java;
    private Path config;
    private Path pidfile;
    private Path signals;
    private int count;

    @BeforeEach
    void build() throws IOException {
        allow(top, "rwxr-xr-x");
        launcher = top.resolve("tree/bin/workerd");
        java = top.resolve("jdk/bin/java");
        config = top.resolve("conf/workerd.toml");
        pidfile = top.resolve("conf/run/workerd.pid");
        signals = top.resolve("signals");
        Files.createDirectories(launcher.getParent());
        Files.createDirectories(top.resolve("conf/daemons"));
        Files.createDirectories(top.resolve("home"));
        Files.createDirectories(pidfile.getParent());
        Files.copy(Path.of("src/main/sh/workerd"), launcher);
        allow(launcher, "rwxr-xr-x");
        fakeJava(java, "17.0.15");
        Files.writeString(config, PLAIN);
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", top.resolve("home").toString());
        environment.put("WORKERD_JAVA", java.toString());
    }

    @AfterEach
    void endWhatWasStarted() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    // ---- status, stop and reload without a daemon

    @ParameterizedTest
    @CsvSource({
        "absent,         3, 0, 7",
        "empty,          1, 0, 7",
        "garbage,        1, 0, 7",
        "negative,       1, 0, 7",
        "zero,           1, 0, 7",
        "stale,          1, 0, 7",
        "recycled,       1, 0, 7",
        "world-writable, 1, 0, 7",
        "huge,           1, 0, 7",
        "directory,      4, 1, 1",
        "symlink,        4, 1, 1",
        "fifo,           4, 1, 1",
    })
    void aPidfileWithoutALockSignalsNobody(String kind, int status, int stop, int reload) throws Exception {
        Process victim = start(List.of("sleep", "600"));
        plant(kind, victim.pid());

        assertThat(workerd("status", "--json"))
                .extracting(Done::code, Done::out)
                .containsExactly(status, NOT_RUNNING);
        assertThat(workerd("status").code()).isEqualTo(status);
        assertThat(workerd("status", "-q").out()).isEmpty();
        Done stopped = workerd("stop");
        Done stoppedNow = workerd("stop", "--now");
        Done reloaded = workerd("reload");

        assertThat(stopped.code()).as(stopped.err()).isEqualTo(stop);
        assertThat(stoppedNow.code()).isEqualTo(stop);
        assertThat(reloaded.code()).as(reloaded.err()).isEqualTo(reload);
        assertThat(stopped.err()).contains(stop == 0 ? "workerd is not running" : "is not a regular file");
        assertThat(victim.isAlive()).isTrue();
        assertThat(javaCalls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "status --json", "status --pidfile"})
    void statusThatCannotBeWrittenIsAFailure(String command) throws Exception {
        Done status = run(List.of(
                "sh", "-c", "\"$0\" -c \"$1\" " + command + " >/dev/full", launcher.toString(), config.toString()));
        assertThat(status.code()).isEqualTo(74);
        assertThat(status.err())
                .startsWith("workerd: cannot write the output: ")
                .doesNotContain("printf");
    }

    @Test
    void whereHomeIsNotSetNobodyKnowsWhatRuns() throws Exception {
        environment.remove("HOME");
        List<String> asked = List.of(launcher.toString(), "status", "--json");
        assertThat(run(isRoot() ? asNobody(asked) : asked)).satisfies(status -> {
            assertThat(status.code()).isEqualTo(4);
            assertThat(status.out()).isEqualTo(NOT_RUNNING);
            assertThat(status.err()).contains("HOME is not set", "--config");
        });
    }

    @Test
    void theShortOptionMayHaveAnEqualsSign() throws Exception {
        assertThat(run(List.of(launcher.toString(), "-c=" + config, "status", "--pidfile"))
                        .out())
                .isEqualTo(pidfile + "\n");
    }

    @Test
    void statusSaysWhatIsLeftOver() throws Exception {
        assertThat(workerd("status").out()).isEqualTo("workerd is not running\n");
        plant("stale", 0);
        assertThat(workerd("status").out())
                .isEqualTo("workerd is not running, but its pidfile " + pidfile + " exists\n");
    }

    @Test
    void aPidfileThatMayNotBeReadLeavesTheStatusUnknown() throws Exception {
        plant("stale", 0);
        allow(pidfile, "rw-------");
        assertThat(run(asNobody("status")).code()).isEqualTo(4);
        allow(pidfile.getParent(), "rwx------");
        assertThat(run(asNobody("status")).code()).isEqualTo(4);
        assertThat(run(asNobody("stop")).code()).isEqualTo(1);
    }

    @Test
    void aLockThatThePidfileDoesNotNameIsAStartingDaemonAndIsNotSignalled() throws Exception {
        Process victim = start(List.of("sleep", "600"));
        Process holder = daemon("writes=" + victim.pid());
        List<Process> asked = List.of(start(line("status")), start(line("stop")), start(line("reload")));
        List<Integer> codes = new ArrayList<>();
        for (Process process : asked) {
            codes.add(process.waitFor());
        }
        assertThat(codes).containsExactly(4, 1, 1);
        Done stop = output(asked.get(1));
        assertThat(stop.err()).contains("process " + holder.pid() + " holds the lock", "nobody was signalled");
        assertThat(output(asked.get(0)).out()).isEqualTo("workerd is starting\n");
        assertThat(victim.isAlive()).isTrue();
        assertThat(signals).doesNotExist();
    }

    @Test
    void aDaemonThatIsJustStartingIsWaitedFor() throws Exception {
        Path late = top.resolve("late");
        Process daemon = fakeDaemon("late=" + late, "writes=self");
        await().until(() -> Files.exists(pidfile) && locked(daemon));
        Process status = start(line("status", "-q"));
        Files.createFile(late);
        assertThat(status.waitFor()).isZero();
        assertThat(output(status).out()).isEqualTo(daemon.pid() + "\n");
    }

    // ---- a running daemon

    @Test
    void statusTellsWhatRuns() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400", "job=43:mail.send:2:7500000");
        Done status = workerd("status");
        assertThat(status.code()).isZero();
        assertThat(status.out())
                .matches("workerd is running \\(pid " + daemon.pid() + ", up [0-9]+s\\), 2 jobs running\n"
                        + "  42 resize attempt 1, [0-9]+s\n  43 mail.send attempt 2, 2h 5m\n");
        assertThat(status.err()).isEmpty();
        assertThat(workerd("-q", "status").out()).isEqualTo(daemon.pid() + "\n");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo(pidfile + "\n");
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void statusAsJsonIsOneLine() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        assertThat(workerd("--json", "status").out())
                .matches("\\{\"running\":true,\"pid\":" + daemon.pid() + ",\"uptime_ms\":[0-9]+,\"draining\":false,"
                        + "\"busy\":\\[\\{\"id\":42,\"name\":\"resize\",\"attempt\":1,\"elapsed_ms\":[0-9]+}]}\n");
    }

    @Test
    void anIdleDaemonRunsNoJobs() throws Exception {
        daemon();
        assertThat(workerd("status").out()).endsWith(", no jobs running\n");
        assertThat(workerd("status", "--json").out()).endsWith("\"busy\":[]}\n");
    }

    @Test
    void theLedgerOfAnotherDaemonIsNotOurs() throws Exception {
        Process daemon = daemon("job=42:resize:1:1000");
        Path forged = top.resolve("conf/daemons/0.lock");
        Files.writeString(
                forged,
                "workerd pid=" + daemon.pid() + " start=1 boot=b sid=1 state=draining\n"
                        + "slot=0 job=66 attempt=1 name=evil since=1 pid=1 start=1\n");
        assertThat(workerd("status", "--json").out())
                .contains("\"draining\":false", "\"id\":42")
                .doesNotContain("\"id\":66", "evil");
    }

    @Test
    void whoMayNotReadTheLedgerStillLearnsThatItRuns() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        allow(top.resolve("conf/daemons"), "rwx------");
        Done status = run(asNobody("status"));
        assertThat(status.code()).isZero();
        assertThat(status.out()).matches("workerd is running \\(pid " + daemon.pid() + ", up [0-9]+s\\)\n");
        assertThat(status.err()).contains("cannot see what it runs", "sudo workerd status");
    }

    @Test
    void startFindsItRunning() throws Exception {
        Process daemon = daemon();
        Done start = workerd("start");
        assertThat(start).isEqualTo(new Done(0, "", "workerd is already running (pid " + daemon.pid() + ")\n"));
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void startIsJavasWhenNothingRuns() throws Exception {
        assertThat(workerd("start").code()).isZero();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " start");
    }

    @Test
    void stopWaitsForTheJobAndSaysSo() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Process stop = start(line("stop"));
        await().until(() -> output(stop).err().contains("waiting for job 42 (resize, attempt 1, "));
        assertThat(workerd("status").out()).contains(", draining, 1 job running");
        assertThat(workerd("status", "--json").out()).contains("\"draining\":true");
        assertThat(stop.isAlive()).isTrue();
        Files.createFile(top.resolve("finish"));
        assertThat(stop.waitFor()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(output(stop).err()).endsWith("workerd stopped\n");
        assertThat(signals).hasContent("TERM\n");
    }

    @Test
    void stopGivesUpWaitingAndTheDaemonGoesOn() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        Done stop = workerd("stop", "--timeout", "300ms");
        assertThat(stop.code()).isEqualTo(75);
        assertThat(stop.err()).contains("workerd: still running after 300ms: job 42 (resize, attempt 1, ");
        assertThat(daemon.isAlive()).isTrue();
    }

    @Test
    void askingAgainToStopDoesNotEndTheJobs() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        for (int time = 0; time < 3; time++) {
            assertThat(workerd("stop", "--timeout", "300ms").code()).isEqualTo(75);
        }
        assertThat(signals).hasContent("TERM\n");
        assertThat(workerd("stop", "--now").code()).isZero();
        assertThat(daemon.waitFor()).isZero();
        assertThat(signals).hasContent("TERM\nTERM\n");
    }

    @Test
    void stopNowAsksTwice() throws Exception {
        Process daemon = daemon("job=42:resize:1:3400");
        assertThat(workerd("stop", "--now").code()).isZero();
        assertThat(daemon.waitFor()).isZero();
        assertThat(signals).hasContent("TERM\nTERM\n");
    }

    @Test
    void stopNowGoesOnAskingUntilItsTimeout() throws Exception {
        daemon("job=42:resize:1:3400", "hold=1");
        assertThat(workerd("stop", "--now", "--timeout=2500ms").code()).isEqualTo(75);
        assertThat(Files.readAllLines(signals)).hasSizeGreaterThan(2).containsOnly("TERM");
    }

    @Test
    void anotherUserMayNotStopOrReload() throws Exception {
        Process daemon = daemon();
        for (String command : List.of("stop", "reload", "restart")) {
            Done refused = run(asNobody(command));
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err())
                    .isEqualTo("workerd: cannot " + command + " workerd (pid " + daemon.pid()
                            + "): not permitted\nTry: sudo workerd " + command + "\n");
        }
        assertThat(daemon.isAlive()).isTrue();
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void restartStopsAndStarts() throws Exception {
        Process daemon = daemon();
        assertThat(workerd("restart", "--timeout", "10s").code()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " start");
    }

    @Test
    void restartDoesNotStartWhatDidNotStop() throws Exception {
        daemon("job=42:resize:1:3400");
        assertThat(workerd("restart", "--timeout", "100ms").code()).isEqualTo(75);
        assertThat(javaCalls()).isEmpty();
    }

    @Test
    void reloadSignalsAndChecksTheConfiguration() throws Exception {
        daemon();
        assertThat(workerd("reload").code()).isZero();
        await().until(() -> Files.exists(signals));
        assertThat(signals).hasContent("HUP\n");
        Files.createFile(java.resolveSibling("bad"));
        Done bad = workerd("reload");
        assertThat(bad.code()).isEqualTo(6);
        assertThat(bad.err()).contains("workerd.toml:3:1: unknown key", "keeps its old settings", "reopened its log");
    }

    // ---- where things are

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[daemon]\npidfile = \"/x/y.pid\"\n",
                "# pidfile = 1\n[daemon] # here\r\n\t pidfile='/x/y.pid'   # \"pid\"\r\n",
                "name = 1\n[queues.daemon]\n[cron.\"a b\"]\npidfile = \"/no\"\nqueue = \"q\"\n"
                        + "[daemon]\ndrain_timeout = \"1h\"\npidfile = \"/x/y.pid\"\n[jobs.x]\npidfile = \"/no\"",
            })
    void aPlainPidfileNeedsNoJava(String toml) throws Exception {
        Files.writeString(config, toml);
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/x/y.pid\n");
        assertThat(javaCalls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "daemon.pidfile = \"/x\"\n",
                "daemon = { pidfile = \"/x\" }\n",
                "\"daemon\".pidfile = \"/x\"\n",
                "[ daemon ]\npidfile = \"/x\"\n",
                "[\"daemon\"]\npidfile = \"/x\"\n",
                "[\"\\u0064aemon\"]\npidfile = \"/x\"\n",
                "[daemon]\n\"pidfile\" = \"/x\"\n",
                "[daemon]\npidfile = \"/x\\u0041\"\n",
                "[daemon]\npidfile = \"\"\"/x\"\"\"\n",
                "[daemon]\npidfile = '''/x'''\n",
                "[daemon]\npidfile = 7\n",
                "[daemon]\npidfile = \"\"\n",
                "[daemon]\npidfile = \"/x\" y\n",
                "[daemon]\npidfile.x = \"/x\"\n",
                "[daemon]\npidfile = \"/x\"\npidfile = \"/y\"\n",
                "[daemon]\n[daemon]\npidfile = \"/x\"\n",
                "[cron.x]\npayload = \"\"\"\n[daemon]\npidfile = \"/x\"\n\"\"\"\n",
            })
    void whatOnlyATomlParserCanReadIsAskedOfJava(String toml) throws Exception {
        Files.writeString(config, toml);
        Files.writeString(java.resolveSibling("daemon.pidfile"), "/from/java.pid\n");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/from/java.pid\n");
        assertThat(javaCalls()).contains("-c " + config + " config --get daemon.pidfile");
        Files.createFile(java.resolveSibling("bad"));
        assertThat(workerd("stop").code()).isEqualTo(6);
        assertThat(workerd("status").code()).isEqualTo(4);
    }

    @Test
    void theLastOfConfDWins() throws Exception {
        Path parts = Files.createDirectories(top.resolve("conf/conf.d"));
        Files.writeString(parts.resolve("B.toml"), "[daemon]\npidfile = \"/upper\"\n");
        Files.writeString(parts.resolve("a.toml"), "[daemon]\npidfile = \"lower\"\n");
        Files.writeString(parts.resolve("z.conf"), "[daemon]\npidfile = \"/not-toml\"\n");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo(top + "/conf/lower\n");
    }

    @Test
    void theEnvironmentOverridesTheFile() throws Exception {
        environment.put("WORKERD_DAEMON__PIDFILE", "/over/ridden.pid");
        assertThat(workerd("status", "--pidfile").out()).isEqualTo("/over/ridden.pid\n");
        environment.put("WORKERD_DAEMON__PIDFILE", pidfile.toString());
        environment.put("WORKERD_QUEUE__URL", "sqlite:" + top.resolve("elsewhere/queue.db"));
        daemon("job=42:resize:1:1000");
        assertThat(workerd("status", "--json").out()).contains("\"busy\":[]");
        environment.put("WORKERD_QUEUE__URL", "sqlite:" + top.resolve("conf/other.db") + "?x=1");
        assertThat(workerd("status", "--json").out()).contains("\"id\":42");
    }

    @Test
    void theFileMayComeFromTheEnvironment() throws Exception {
        environment.put("WORKERD_CONFIG", config.toString());
        assertThat(run(List.of(launcher.toString(), "status", "--pidfile")).out())
                .isEqualTo(pidfile + "\n");
    }

    @Test
    void aMissingConfigurationIsSaid() throws Exception {
        Path none = top.resolve("none.toml");
        for (String command : List.of("stop", "reload", "restart", "start")) {
            Done done = run(List.of(launcher.toString(), command, "--config=" + none));
            assertThat(done.code()).isEqualTo(6);
            assertThat(done.err()).contains(none + " does not exist");
        }
        assertThat(run(List.of(launcher.toString(), "-c", none.toString(), "status", "--json")))
                .extracting(Done::code, Done::out)
                .containsExactly(4, NOT_RUNNING);
    }

    @Test
    void withoutAConfigurationTheDefaultsHold() throws Exception {
        assumeTrue(Files.notExists(Path.of("/etc/workerd/workerd.toml")), "this machine has a configuration");
        environment.put("XDG_RUNTIME_DIR", "/run/user/65534");
        List<String> asked = List.of(launcher.toString(), "status", "--pidfile");
        if (isRoot()) {
            assertThat(run(asked).out()).isEqualTo("/run/workerd/workerd.pid\n");
        }
        List<String> other = isRoot() ? asNobody(asked) : asked;
        assertThat(run(other).out()).isEqualTo("/run/user/65534/workerd/workerd.pid\n");
        environment.remove("XDG_RUNTIME_DIR");
        assertThat(run(other).out()).isEqualTo(top + "/home/.local/state/workerd/workerd.pid\n");
        Path own = Files.createDirectories(top.resolve("home/.config/workerd"));
        Files.writeString(own.resolve("workerd.toml"), PLAIN);
        assertThat(run(other).out()).isEqualTo(own + "/run/workerd.pid\n");
    }

    // ---- usage

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status --now",
                "status me",
                "status --wrong",
                "stop --json",
                "stop --timeout",
                "stop --timeout 5",
                "stop --timeout 5y",
                "stop --timeout -1s",
                "reload -q",
                "restart 7",
                "status -c",
            })
    void wrongUsageIsSaid(String line) throws Exception {
        Done done = workerd(line.split(" "));
        assertThat(done.code()).isEqualTo(2);
        assertThat(done.err()).startsWith("workerd: ").contains("\nTry: workerd ");
        assertThat(done.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"enqueue x --json -- --now status", "status --help", "stop -h", "--version", "help", "--odd list"
            })
    void theRestIsJavas(String line) throws Exception {
        assertThat(workerd(line.split(" ")).code()).isZero();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " " + line + "\n");
    }

    // ---- the JVM

    @Test
    void javaStartsCleanAndWithItsNatives() throws Exception {
        for (String name : List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")) {
            environment.put(name, "-Dbad=1");
        }
        Path natives = Files.createDirectories(top.resolve("tree/native/" + uname()));
        Path link = Files.createSymbolicLink(top.resolve("link"), launcher);
        assertThat(run(List.of(link.toString(), "list")).code()).isZero();
        assertThat(javaCalls())
                .contains(
                        "-XX:TieredStopAtLevel=1",
                        "-Dworkerd.home=" + top + "/tree",
                        "-Dorg.sqlite.lib.path=" + natives,
                        "-Djffi.boot.library.path=" + natives,
                        "-cp " + top + "/tree/lib/* org.workerd.cli.Main list")
                .doesNotContain("bad", "--enable-native-access");
    }

    @Test
    void theDaemonItselfIsCompiledWell() throws Exception {
        workerd("run");
        assertThat(javaCalls()).contains("-Xmx128m", "-XX:-MaxFDLimit").doesNotContain("TieredStopAtLevel");
    }

    @Test
    void aBatchIsCompiledWellToo() throws Exception {
        workerd("enqueue", "--batch", "-");
        workerd("enqueue", "hello", "--batching");
        assertThat(javaCalls().lines().filter(line -> line.contains(" enqueue ")))
                .extracting(line -> line.contains("TieredStopAtLevel"))
                .containsExactly(false, true);
    }

    @Test
    void itsHeapCanBeMadeLargerForHandlersInJava() throws Exception {
        environment.put("WORKERD_HEAP", "1g");
        workerd("run");
        assertThat(javaCalls()).contains("-Xmx1g").doesNotContain("-Xmx128m");
    }

    @Test
    void aNewJavaIsAllowedItsNatives() throws Exception {
        fakeJava(java, "25.0.3");
        workerd("list");
        assertThat(javaCalls()).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void javaStartsFromTheArchiveOfItsVersionWhenThereIsOne() throws Exception {
        workerd("list");
        assertThat(javaCalls()).doesNotContain("SharedArchiveFile", "AOTCache");
        Path cache = Files.createDirectories(top.resolve("tree/cache"));
        Path ours = Files.createFile(cache.resolve("java17.jsa"));
        Path newer = Files.createFile(cache.resolve("java25.aot"));
        workerd("list");
        assertThat(javaCalls()).contains("-XX:SharedArchiveFile=" + ours).doesNotContain("AOTCache");
        fakeJava(java, "25.0.3");
        workerd("run");
        assertThat(javaCalls()).contains("-XX:AOTCache=" + newer);
    }

    @Test
    void argumentsKeepTheirLettersInAnyLocale() throws Exception {
        environment.put("LC_ALL", "C");
        workerd("enqueue", "hello", "Grüße");
        assertThat(javaCalls()).contains("LC_ALL=C.UTF-8");
    }

    @Test
    void javaIsSearchedInOrder() throws Exception {
        environment.remove("WORKERD_JAVA");
        Path old = top.resolve("old/bin/java");
        Path onPath = top.resolve("path/bin/java");
        fakeJava(old, "1.8.0_402");
        fakeJava(onPath, "21");
        environment.put("PATH", onPath.getParent() + ":" + environment.get("PATH"));
        environment.put("JAVA_HOME", top.resolve("jdk").toString());
        workerd("list");
        assertThat(javaCalls()).contains("list");
        environment.put("JAVA_HOME", top.resolve("old").toString());
        workerd("queues");
        assertThat(onPath.resolveSibling("calls")).content().contains("queues");
        assertThat(old.resolveSibling("calls")).doesNotExist();
    }

    @Test
    void aJavaWithoutAReleaseFileIsAskedForItsVersion() throws Exception {
        Files.delete(top.resolve("jdk/release"));
        workerd("list");
        assertThat(javaCalls()).startsWith("java -version\n").contains("org.workerd.cli.Main");
    }

    @Test
    void withoutAJavaTheCommandSaysWhatToDo() throws Exception {
        fakeJava(java, "11.0.2");
        Done old = workerd("list");
        assertThat(old.code()).isEqualTo(1);
        assertThat(old.err())
                .startsWith("workerd: no Java 17 or newer found: " + java + " is Java 11.0.2\n")
                .contains("apt install default-jre-headless", "WORKERD_JAVA");
        environment.put("WORKERD_JAVA", top.resolve("nothing").toString());
        assertThat(workerd("list").err()).contains(top + "/nothing is not an executable");
    }

    // ---- the init script

    @Test
    void theInitScriptKnowsItsActions() throws Exception {
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        for (List<String> line : List.of(List.<String>of(), List.of("explode"), List.of("start", "now"))) {
            Done done = init(line);
            assertThat(done.code()).isEqualTo(2);
            assertThat(done.err()).startsWith("Usage: ");
        }
    }

    @Test
    void theInitScriptRefusesBeforeItTouchesAnything() throws Exception {
        assumeTrue(isRoot(), "needs root");
        List<String> actions = List.of("start", "stop", "restart", "try-restart", "reload", "force-reload");
        for (String action : actions) {
            environment.put("WORKERD_DEFAULTS", defaults("").toString());
            assertThat(run(asNobody(initLine(List.of(action)))).code()).isEqualTo(4);
            environment.put("WORKERD_DEFAULTS", defaults("WORKERD_BIN=/none\n").toString());
            assertThat(init(List.of(action)).code()).isEqualTo(5);
            environment.put(
                    "WORKERD_DEFAULTS", defaults("WORKERD_CONFIG=/none\n").toString());
            assertThat(init(List.of(action)).code()).isEqualTo(6);
        }
        assertThat(init(List.of("status")).code()).isEqualTo(4);
        environment.put(
                "WORKERD_DEFAULTS", defaults("WORKERD_USER=nosuchuser\n").toString());
        Done start = init(List.of("start"));
        assertThat(start.code()).isEqualTo(6);
        assertThat(start.err()).contains("there is no user nosuchuser");
    }

    @Test
    void theInitScriptFollowsTheDaemon() throws Exception {
        assumeTrue(isRoot(), "needs root");
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        assertThat(init(List.of("status")).code()).isEqualTo(3);
        assertThat(init(List.of("stop")).code()).isZero();
        assertThat(init(List.of("try-restart")).code()).isZero();
        assertThat(init(List.of("reload")).code()).isEqualTo(7);
        assertThat(init(List.of("force-reload")).code()).isEqualTo(7);
        plant("stale", 0);
        assertThat(init(List.of("status")).code()).isEqualTo(1);

        Process daemon = daemon();
        assertThat(init(List.of("status")).code()).isZero();
        assertThat(run(asNobody(initLine(List.of("status")))).code()).isZero();
        assertThat(init(List.of("start")).code()).isZero();
        assertThat(javaCalls()).isEmpty();
        assertThat(init(List.of("reload")).code()).isZero();
        assertThat(init(List.of("stop")).code()).isZero();
        assertThat(daemon.isAlive()).isFalse();
        assertThat(signals).hasContent("HUP\nTERM\n");
    }

    @Test
    void theInitScriptStartsAsTheUserInADirectoryThatIsItsOwn() throws Exception {
        assumeTrue(isRoot(), "needs root");
        Files.delete(pidfile.getParent());
        allow(java.getParent(), "rwxrwxrwx");
        environment.put("WORKERD_DEFAULTS", defaults("").toString());
        Files.writeString(java, "#!/bin/sh\necho \"$(id -un) $*\" >>\"${0%/*}/calls\"\nexit 6\n");
        assertThat(init(List.of("start")).code()).isEqualTo(6);
        assertThat(Files.getOwner(pidfile.getParent()).getName()).isEqualTo("nobody");
        assertThat(javaCalls()).startsWith("nobody ").endsWith("--config " + config + " start\n");
    }

    @Test
    void theInitScriptKillsOnlyWhenItWasToldATime() throws Exception {
        assumeTrue(isRoot(), "needs root");
        Path said = top.resolve("said");
        Path fake = top.resolve("fake-workerd");
        Process victim = start(List.of("sleep", "600"));
        Files.writeString(
                fake,
                """
                #!/bin/sh
                echo "$*" >>%s
                case "$*" in
                    *'status -q') echo %d ;;
                    *stop*) ! kill -0 %d 2>/dev/null || exit 75 ;;
                esac
                """
                        .formatted(said, victim.pid(), victim.pid()));
        allow(fake, "rwxr-xr-x");
        environment.put(
                "WORKERD_DEFAULTS", defaults("WORKERD_BIN=" + fake + "\n").toString());
        assertThat(init(List.of("stop")).code()).isEqualTo(1);
        assertThat(victim.isAlive()).isTrue();
        environment.put(
                "WORKERD_DEFAULTS",
                defaults("WORKERD_BIN=" + fake + "\nSTOP_TIMEOUT=5\n").toString());
        init(List.of("stop"));
        assertThat(victim.waitFor()).isEqualTo(137);
        String with = "--config " + config + " ";
        assertThat(Files.readAllLines(said))
                .startsWith(
                        with + "stop",
                        with + "stop --timeout 5s",
                        with + "stop --now --timeout 15s",
                        with + "status -q");
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        boolean there = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "shellcheck")));
        assumeTrue(there || "true".equals(System.getenv("CI")), "shellcheck is not installed");
        environment.put("PATH", System.getenv("PATH"));
        Done done = run(List.of("shellcheck", "src/main/sh/workerd", "init.d/workerd"));
        assertThat(done).isEqualTo(new Done(0, "", ""));
    }

    // ---- the stage

    private void plant(String kind, long victim) throws Exception {
        switch (kind) {
            case "absent" -> {}
            case "empty" -> Files.createFile(pidfile);
            case "garbage" -> Files.writeString(pidfile, victim + " or so\n\0\377");
            case "negative" -> Files.writeString(pidfile, "-1\n");
            case "zero" -> Files.writeString(pidfile, "0\n");
            case "stale" -> {
                Process dead = start(List.of("true"));
                dead.waitFor();
                Files.writeString(pidfile, dead.pid() + "\n");
            }
            case "recycled" -> Files.writeString(pidfile, victim + "\n");
            case "world-writable" -> {
                Files.writeString(pidfile, victim + "\n");
                allow(pidfile, "rw-rw-rw-");
            }
            case "huge" -> Files.writeString(pidfile, "1".repeat(10 << 20));
            case "directory" -> Files.createDirectory(pidfile);
            case "symlink" -> {
                Path target = Files.writeString(top.resolve("target"), victim + "\n");
                Files.createSymbolicLink(pidfile, target);
            }
            case "fifo" ->
                assertThat(run(List.of("mkfifo", pidfile.toString())).code()).isZero();
            default -> throw new IllegalArgumentException(kind);
        }
    }

    /** A fake daemon that holds its lock and has written its pidfile. */
    private Process daemon(String... with) throws IOException {
        boolean named = with.length > 0 && with[0].startsWith("writes=");
        List<String> all = new ArrayList<>(List.of(with));
        if (!named) {
            all.add("writes=self");
        }
        Process daemon = fakeDaemon(all.toArray(String[]::new));
        await().until(() -> locked(daemon) && Files.size(pidfile) > 0);
        return daemon;
    }

    private Process fakeDaemon(String... with) throws IOException {
        List<String> line = new ArrayList<>(List.of("perl", "src/test/resources/launcher/fake-daemon.pl"));
        line.addAll(List.of(
                "pidfile=" + pidfile,
                "ledgers=" + top.resolve("conf/daemons"),
                "signals=" + signals,
                "finish=" + top.resolve("finish")));
        line.addAll(List.of(with));
        return start(line);
    }

    private boolean locked(Process daemon) throws IOException {
        if (!daemon.isAlive()) {
            throw new IllegalStateException(output(daemon).err());
        }
        if (Files.notExists(pidfile)) {
            return false;
        }
        String place = ":" + Files.getAttribute(pidfile, "unix:ino") + " ";
        try (var locks = Files.lines(Path.of("/proc/locks"))) {
            return locks.anyMatch(line -> line.contains(" " + daemon.pid() + " ") && line.contains(place));
        }
    }

    private static void fakeJava(Path java, String version) throws IOException {
        Files.createDirectories(java.getParent());
        Files.copy(Path.of("src/test/resources/launcher/fake-java"), java, StandardCopyOption.REPLACE_EXISTING);
        allow(java, "rwxr-xr-x");
        Files.writeString(java.resolve("../../release").normalize(), "JAVA_VERSION=\"" + version + "\"\nX=\"1\"\n");
    }

    /** How the fake JVM was called, one line a call; empty when it never was. */
    private String javaCalls() throws IOException {
        Path calls = java.resolveSibling("calls");
        return Files.exists(calls) ? Files.readString(calls) : "";
    }

    private Path defaults(String more) throws IOException {
        return Files.writeString(
                top.resolve("defaults"),
                "WORKERD_BIN=" + launcher + "\nWORKERD_CONFIG=" + config + "\nWORKERD_USER=nobody\n" + more);
    }

    private Done init(List<String> arguments) throws Exception {
        return run(initLine(arguments));
    }

    private static List<String> initLine(List<String> arguments) {
        List<String> line =
                new ArrayList<>(List.of("sh", Path.of("init.d/workerd").toString()));
        line.addAll(arguments);
        return line;
    }

    private Done workerd(String... arguments) throws Exception {
        return run(line(arguments));
    }

    private List<String> line(String... arguments) {
        List<String> line = new ArrayList<>(List.of(launcher.toString(), "-c", config.toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    private List<String> asNobody(String command) throws Exception {
        return asNobody(line(command));
    }

    private List<String> asNobody(List<String> line) throws Exception {
        assumeTrue(isRoot(), "only root can become somebody else");
        List<String> all =
                new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        all.addAll(line);
        return all;
    }

    private boolean isRoot() throws Exception {
        return run(List.of("id", "-u")).out().equals("0\n");
    }

    private String uname() throws Exception {
        return run(List.of("uname", "-m")).out().strip();
    }

    private Done run(List<String> line) throws Exception {
        Process process = start(line);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ended", line).isTrue();
        return output(process);
    }

    /** Its output goes to files: what it starts may keep a pipe open. */
    private Process start(List<String> line) throws IOException {
        Path out = top.resolve("out." + count);
        Path err = top.resolve("err." + count++);
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Done output(Process process) throws IOException {
        int number = started.indexOf(process);
        return new Done(
                process.isAlive() ? -1 : process.exitValue(),
                Files.readString(top.resolve("out." + number), UTF_8),
                Files.readString(top.resolve("err." + number), UTF_8));
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
