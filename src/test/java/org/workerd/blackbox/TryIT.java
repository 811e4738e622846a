package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.PluginJars;

/** {@code try} runs a handler as the daemon would, and leaves nothing: no job, no file, no process. */
class TryIT extends DaemonTest {
    private Path temporary;

    @BeforeEach
    void giveItAPlace() throws IOException {
        temporary = Files.createDirectory(at.top.resolve("temporary"));
        at.shell.environment.put("TMPDIR", temporary.toString());
    }

    @AfterEach
    void nothingIsLeftInIt() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theHandlerFindsWhatItFindsInAJob() throws IOException {
        at.handler(
                "look",
                """
                env | sort
                echo "umask $(umask), files $(ulimit -Sn), core $(ulimit -Sc)"
                echo "group $(($(ps -o pgid= -p $$) == $$))"
                echo "descriptors $(ls /proc/self/fd | tr '\\n' ' ')"
                ls -a
                echo "$# $1"
                cat
                """);
        // A JVM by itself raises its limit, and so that of what it starts.
        List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -Sn 500; exec \"$@\"", "limited"));
        limited.addAll(at.line("try", "look", "--payload", "input", "--", "--an option"));
        Shell.Done tried = at.shell.run(limited);
        assertThat(tried.code()).isZero();
        assertThat(at.queue).doesNotExist();

        limited.subList(limited.indexOf("try"), limited.size()).clear();
        limited.add("start");
        assertThat(at.shell.run(limited).code()).isZero();
        Shell.Done done = at.workerd("enqueue", "look", "--payload", "input", "--wait", "--", "--an option");
        String ran = Installation.read(at.queue.resolveSibling("output/0/1.1.log"));
        assertThat(done.code()).isZero();
        assertThat(neutral(tried.out())).isEqualTo(neutral(ran));
    }

    /** Without the one place and the one id that must differ, and what dash and bash add by themselves. */
    private static String neutral(String output) {
        return output.replaceAll("(?m)^(PWD|OLDPWD|SHLVL|_)=.*\\n", "")
                .replaceAll("(?<==)/.*/(work|result|progress|retry)\\n", "$1\n")
                .replaceFirst("WORKERD_JOB_ID=\\d+", "WORKERD_JOB_ID=N")
                .replaceFirst("WORKERD_TOKEN=\\d+", "WORKERD_TOKEN=N");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    exit 0                       | 0   | is done after
                    exit 7                       | 7   | failed after .*: exit code 7; attempt 1 of 10, the next one would
                    exit 65                      | 65  | would be dead after .*: gave up with exit code 65
                    exit 75                      | 75  | it would run again in 1m, this attempt does not count
                    echo soon >$WORKERD_RESULT; exit 75 | 75 | does not count; it waits 1m, for its result is no duration
                    kill -9 $$                   | 137 | killed by signal 9
                    sleep 600                    | 124 | timed out after 300ms
                    echo 42 >$WORKERD_RESULT     | 0   | result: 42
                    """)
    void exitsAsTheHandlerDidAndSaysWhatTheDaemonWouldMakeOfIt(String script, int code, String said) {
        at.handler("work", script);
        Shell.Done done = at.workerd("try", "--timeout", "300ms", "work");
        assertThat(done.code()).isEqualTo(code);
        assertThat(done.err()).containsPattern(said);
        assertThat(done.out()).isEmpty();
    }

    @Test
    void whatTheDaemonWouldNotRunIsNotRun() throws IOException {
        Path open = at.handler("open", "echo never");
        Installation.allow(open, "rwxrwxr-x");
        Installation.program(at.handlers.resolve("strange"), "#!/nonexistent/interpreter\n");
        assertThat(at.workerd("try", "open")).satisfies(done -> {
            assertThat(done.code()).isEqualTo(125);
            assertThat(done.err()).contains("is writable by its group or by others: chmod go-w '" + open + "'");
            assertThat(done.out()).isEmpty();
        });
        assertThat(at.workerd("try", "missing").code()).isEqualTo(125);
        assertThat(at.workerd("try", "strange").code()).isEqualTo(127);
    }

    @Test
    void outputIsPassedOnWhileItRuns() {
        at.handler("talk", "echo begun; until [ -e '" + diary() + "' ]; do sleep 0.02; done; seq 1 100000");
        Shell.Running running = at.shell.begin(at.line("try", "talk"));
        until("it is seen", () -> Installation.read(running.out()).contains("begun\n"));
        assertThat(running.process().isAlive()).isTrue();
        Installation.write(diary(), "");
        Shell.Done done = running.await();
        assertThat(done.code()).isZero();
        assertThat(done.out()).startsWith("begun\n1\n2\n").endsWith("\n99999\n100000\n");
    }

    @Test
    void withJsonOneDocumentStandsOnStdoutAndTheOutputAside() {
        at.handler("talk", "echo one; echo two >&2; echo '{\"a\": 1}' >$WORKERD_RESULT; exit 3");
        Shell.Done done = at.workerd("try", "talk", "--json", "--attempt", "10");
        assertThat(done.code()).isEqualTo(3);
        assertThat(done.err()).isEqualTo("one\ntwo\n");
        assertThat(done.out())
                .matches(
                        "\\{\"name\":\"talk\",\"outcome\":\"failed\",\"state\":\"dead\",\"exit_code\":3,\"signal\":null,"
                                + "\"error\":\"exit code 3: two\",\"result\":\\{\"a\": 1},\"attempt\":10,\"max_attempts\":10,"
                                + "\"next_attempt_in_ms\":null,\"ran_ms\":\\d+}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT 130", "TERM 143", "HUP 129"})
    void aSignalEndsTheHandlerWithAllItStarted(String signalAndStatus) {
        String signal = signalAndStatus.split(" ")[0];
        at.handler(
                "stubborn",
                """
                trap 'echo told' TERM
                setsid sleep 600 &
                echo begun
                while :; do sleep 0.05; done
                """);
        Shell.Running running = at.shell.begin(at.line("try", "stubborn"));
        until("it runs", () -> Installation.read(running.out()).contains("begun"));
        at.shell.kill(signal, running.process().pid());
        Shell.Done done = running.await();
        assertThat(done.code()).isEqualTo(Integer.parseInt(signalAndStatus.split(" ")[1]));
        assertThat(done.out()).contains("told");
        assertThat(Proc.of(at.top)).isEmpty();
    }

    @Test
    void whatAHandlerLeavesBehindIsEndedToo() {
        at.handler("leave", "setsid sleep 600 & sleep 600 & exit 0");
        assertThat(at.workerd("try", "leave").code()).isZero();
        assertThat(Proc.of(at.top)).isEmpty();
    }

    @Test
    void rootDoesNotRunWhatAnotherUserMayHaveWritten() throws IOException {
        needsRoot();
        Path queue = Files.createDirectories(at.queue.getParent());
        Files.setAttribute(queue, "unix:uid", 65534);
        Path handler = at.handler("work", "id -u");
        assertThat(at.workerd("try", "work"))
                .satisfies(done -> assertThat(done.err()).contains("runs as root, the daemon runs as nobody: sudo -u"));
        Files.setAttribute(handler, "unix:uid", 65534);
        assertThat(at.workerd("try", "work")).satisfies(done -> {
            assertThat(done.code()).isEqualTo(125);
            assertThat(done.err()).contains("root does not run", "sudo -u nobody workerd try work");
            assertThat(done.out()).isEmpty();
        });
        Files.setAttribute(temporary, "unix:uid", 65534);
        Shell.Done asDaemon = at.shell.run(Stream.concat(
                        Stream.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"),
                        at.line("try", "work").stream())
                .toList());
        assertThat(asDaemon).isEqualTo(new Shell.Done(0, "65534\n", asDaemon.err()));
    }

    @Test
    void besideABusyDaemonNothingOfItsJobsIsTouched() {
        at.handler("hold", "until [ -e '" + diary() + "' ]; do sleep 0.02; done");
        at.start();
        long id = jobs().enqueue("hold");
        jobs().awaitState(id, "running");
        assertThat(at.workerd("try", "hold", "--timeout", "200ms").code()).isEqualTo(124);
        assertThat(jobs().state(id)).isEqualTo("running");
        Installation.write(diary(), "");
        jobs().awaitState(id, "done");
        assertThat(jobs().attempt(id)).isEqualTo(1);
        assertThat(List.of(jobs().count("jobs"), jobs().count("attempts"))).isEqualTo(List.of(1, 0));
    }

    @Test
    void aHandlerInJavaIsTriedTooBeforeAnyDaemonHasSeenIt() throws IOException {
        Path plugins = at.top.resolve("plugins");
        at.set("handlers.plugins", Installation.text(plugins.toString())).configure();
        PluginJars.handler(
                        "Greet",
                        "greet",
                        """
                        job.logger().info("to {}", job.args());
                        if (job.args().isEmpty()) throw new IllegalStateException("nobody");
                        return JobResult.done("Hello");
                        """)
                .build(plugins.resolve("greet.jar"));
        Shell.Done done = at.workerd("try", "greet", "Ann");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).contains("to [Ann]");
        assertThat(done.err()).contains("result: Hello").contains("greet is done");
        Shell.Done failed = at.workerd("try", "greet");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).contains("java.lang.IllegalStateException: nobody");
        assertThat(failed.err()).contains("IllegalStateException: nobody; attempt 1 of 10");
        assertThat(at.workerd("try", "nosuch").code()).isEqualTo(125);
        assertThat(at.queue).doesNotExist();
    }
}
