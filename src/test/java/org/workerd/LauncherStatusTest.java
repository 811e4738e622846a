package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What status tells of a daemon that runs, without a JVM. */
class LauncherStatusTest extends LauncherStage {
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
    void whereNothingRunsTheInstallationAroundTheDirectoryIsNamed() throws Exception {
        Path around = Files.createDirectories(top.resolve("private/below"));
        Path other = Files.createFile(top.resolve("private/workerd.toml"));
        String there = "cd '" + around + "' && '" + launcher + "' status";
        Done status = run(List.of("sh", "-c", there));
        assertThat(status.code()).isEqualTo(3);
        assertThat(status.out()).isEqualTo("workerd is not running\n");
        assertThat(status.err())
                .isEqualTo("Did you mean the installation of " + other + "? Try: workerd -c " + other + " status\n");
        assertThat(run(List.of("sh", "-c", there + " -q")).err()).isEmpty();
        assertThat(workerd("status").err()).as("the one that was named").isEmpty();
    }

    @Test
    void whatDiedSinceTheDaemonBeganIsCounted() throws Exception {
        Path ledger = top.resolve("conf/daemons/" + daemon().pid() + ".lock");
        String head = Files.readString(ledger);
        Files.writeString(ledger, head.replaceFirst(" state=", " died=3 state="));
        assertThat(workerd("status").out())
                .endsWith(", no jobs running\n3 jobs have died since it started: workerd list --state dead\n");
        Files.writeString(ledger, head.replaceFirst(" state=", " died=1 state="));
        assertThat(workerd("status").out()).endsWith("\n1 job has died since it started: workerd list --state dead\n");
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
        assertThat(status.err()).contains("cannot see its jobs", "sudo workerd status");
    }

    @Test
    void aReaderThatWentAwayChangesNothing() throws Exception {
        Process daemon = daemon();
        Path codes = top.resolve("codes");
        String both =
                "for c in 'status' 'status --json' 'stop'; do { sleep 0.1; \"$0\" -c \"$1\" $c 2>&1; echo $? >>\"$2\"; } | :; done";
        run(List.of("sh", "-c", both, launcher.toString(), config.toString(), codes.toString()));
        assertThat(codes).hasContent("0\n0\n0\n");
        assertThat(daemon.isAlive()).isFalse();
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

    /** As with head, whatever SIGPIPE does in the shell that reads. */
    @ParameterizedTest
    @ValueSource(strings = {"status", "status --json"})
    void aReaderWhoHasEnoughChangesNothingAboutTheStatus(String command) throws Exception {
        for (String signal : List.of("-", "''")) {
            Done status = run(List.of(
                    "bash",
                    "-c",
                    "trap " + signal + " PIPE; { sleep 0.2; \"$0\" -c \"$1\" " + command
                            + "; echo \"code $?\" >&2; } | exec true",
                    launcher.toString(),
                    config.toString()));
            assertThat(status.err()).isEqualTo("code 3\n");
        }
    }
}
