package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a daemon is when {@code start} has returned, whoever started it and how. */
class StartIT extends DaemonTest {
    private static final String HEADSTRONG =
            "use POSIX; $SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM USR1 USR2 PIPE ALRM CHLD TSTP TTIN TTOU WINCH);"
                    + " sigprocmask(SIG_BLOCK, POSIX::SigSet->new(1 .. 8, 10 .. 18, 20 .. 31)); exec @ARGV or die";

    @Test
    void itIsInTheBackgroundAdoptedAndWithoutTerminal() {
        at.start();
        Proc daemon = at.daemon();
        assertThat(daemon.name()).isEqualTo("workerd");
        assertThat(daemon.parent()).isNotEqualTo((int) ProcessHandle.current().pid());
        assertThat(Proc.of(daemon.parent()).orElseThrow().startTime()).isLessThan(daemon.startTime() - 1);
        assertThat(daemon.session()).isNotEqualTo(daemon.pid());
        assertThat(daemon.session())
                .isNotEqualTo(
                        Proc.of(ProcessHandle.current().pid()).orElseThrow().session());
        assertThat(daemon.terminal()).isZero();
        assertThat(daemon.directory()).isEqualTo("/");
        assertThat(daemon.status("Umask")).isEqualTo("0027");
        assertThat(Installation.read(at.pidfile)).isEqualTo(daemon.pid() + "\n");
    }

    @Test
    void itsStandardDescriptorsAreNullAndTheLogAndNoneIsInherited() throws Exception {
        needs("bash", "script");
        Path held = Files.writeString(at.top.resolve("held"), "");
        Path script = Installation.program(
                at.top.resolve("from-terminal"),
                "#!/bin/bash\nexec 3</dev/tty 4<>\"$0\" 5>'" + held + "' 6< <(sleep 60) 7>>'" + held
                        + "' 8<&3 9</dev/zero\n" + quoted(at.line("start")) + "\n");
        assertThat(at.shell
                        .run("script", "-qec", "'" + script + "'", "/dev/null")
                        .code())
                .isZero();
        Map<Integer, String> descriptors = at.daemon().descriptors();
        assertThat(descriptors)
                .containsEntry(0, "/dev/null")
                .containsEntry(1, at.log.toString())
                .containsEntry(2, at.log.toString());
        assertThat(descriptors.values())
                .noneMatch(file -> file.startsWith("/dev/") && !file.matches("/dev/(null|u?random)"))
                .noneMatch(file -> file.startsWith("pipe:"))
                .doesNotContain(held.toString(), script.toString());
        Proc.of(at.top).stream()
                .filter(process -> process.name().equals("sleep"))
                .forEach(process -> at.shell.kill("KILL", process.pid()));
    }

    @Test
    void itSurvivesTheHangupOfTheTerminalItWasStartedFrom() {
        needs("script");
        assertThat(at.shell
                        .run("script", "-qec", quoted(at.line("start")), "/dev/null")
                        .code())
                .isZero();
        at.handler("hello", "exit 0");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        assertThat(at.daemon().terminal()).isZero();
    }

    @Test
    void aCommandSubstitutionAroundStartReturns() {
        Shell.Done done =
                at.shell.run("timeout", "20", "sh", "-c", "echo \"[$(" + quoted(at.line("start")) + " 2>&1)]\"");
        assertThat(done.code()).isZero();
        assertThat(done.out()).startsWith("[workerd is running (pid " + at.pid() + ")");
    }

    @Test
    void itStartsWithoutStandardDescriptors() {
        Shell.Done done = at.shell.run("sh", "-c", quoted(at.line("start")) + " <&- >&- 2>&-");
        assertThat(done.code()).isZero();
        assertThat(at.daemon().descriptors())
                .containsEntry(0, "/dev/null")
                .containsEntry(1, at.log.toString())
                .containsEntry(2, at.log.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nohup", "perl"})
    void itHearsSignalsWhateverItsParentIgnoredOrBlocked(String by) {
        needs(by);
        List<String> line = new ArrayList<>(List.of(by));
        if (by.equals("perl")) {
            line.addAll(List.of("-e", HEADSTRONG));
        }
        line.addAll(at.line("start"));
        assertThat(at.shell.run(line).code()).isZero();
        assertThat(at.daemon().status("SigBlk")).matches("0+");
        assertThat(at.daemon().status("SigIgn")).matches("0+");
        at.handler("quick", "exit 7");
        jobs().awaitState(jobs().insert("name", "quick", "max_attempts", 1), "dead");
        assertThat(jobs().column(1, "exit_code")).isEqualTo("7");
        at.signal("HUP");
        at.awaitLog("configuration reloaded");
        at.stop();
    }

    @Test
    void itsEnvironmentIsClean() {
        at.shell.environment.putAll(Map.of(
                "SECRET", "hunter2",
                "JAVA_TOOL_OPTIONS", "-Dspy=1",
                "JDK_JAVA_OPTIONS", "-Dspy=1",
                "LD_PRELOAD", "/nonexistent.so",
                "LD_LIBRARY_PATH", "/nonexistent",
                "CLASSPATH", "/nonexistent",
                "PERL5OPT", "-w"));
        at.start();
        assertThat(at.daemon().environment())
                .noneMatch(
                        variable -> variable.matches(
                                "(SECRET|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|LD_PRELOAD|LD_LIBRARY_PATH|CLASSPATH|PERL5OPT)=.*"));
    }

    @Test
    void theCallersTimeZoneAndLanguageAreNotTheDaemons() {
        at.set("cron.nightly.schedule", "\"0 3 * * *\"")
                .set("cron.nightly.name", "\"hello\"")
                .configure();
        at.handler("hello", "env >\"$WORKERD_RESULT\"");
        at.start();
        String timing = jobs().ask("select timing from cron");
        at.stop();
        at.shell.environment.putAll(Map.of(
                "TZ", "America/New_York",
                "LANG", "de_DE.UTF-8",
                "LC_TIME", "de_DE.UTF-8",
                "USER", "somebody",
                "WORKERD_JOB_ID", "7",
                "WORKERD_TOKEN", "7"));
        at.start();
        assertThat(at.daemon().environment())
                .noneMatch(variable -> variable.matches("(TZ|LANG|LC_TIME|USER|WORKERD_JOB_ID|WORKERD_TOKEN)=.*"));
        assertThat(jobs().ask("select timing from cron")).isEqualTo(timing);
        assertThat(at.logText().split("cron=nightly")).as("begins once").hasSize(2);
        long id = jobs().enqueue("hello");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).doesNotContain("New_York", "de_DE");
        assertThat(at.workerd("restart").code()).isZero();
        assertThat(at.logText().split("cron=nightly")).as("begins once").hasSize(2);
        assertThat(at.workerd("cron").out()).doesNotContain("New_York");
        assertThat(at.workerd("cron").err()).isEmpty();
    }

    @Test
    void aJobStoredRightAfterStartRunsWithoutWaitingForAPoll() {
        at.handler("hello", "exit 0");
        at.start();
        long id = jobs().enqueue("hello");
        jobs().awaitState(id, "done");
    }

    @Test
    void itWorksInADirectoryWithAnOddNameAndWithoutALocale() throws Exception {
        Path odd = Files.createDirectory(at.top.resolve("ä 'quoted\" $HOME\\dir"));
        Installation there = new Installation(odd);
        there.shell.environment.remove("LANG");
        there.handler("hello", "echo \"$1\" >\"$WORKERD_RESULT\"");
        there.start();
        try (Jobs queue = new Jobs(there.queue)) {
            long id = queue.insert("name", "hello", "args", "[\"größe\"]");
            queue.awaitState(id, "done");
            assertThat(queue.column(id, "result")).isEqualTo("größe\n");
        }
        there.stop();
    }

    static String quoted(List<String> line) {
        List<String> words = new ArrayList<>();
        line.forEach(word -> words.add("'" + word.replace("'", "'\\''") + "'"));
        return String.join(" ", words);
    }
}
