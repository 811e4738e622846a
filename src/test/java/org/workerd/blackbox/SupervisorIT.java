package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code run} tells the one who started it, over a real datagram socket: sd_notify(3). */
class SupervisorIT extends DaemonTest {
    private static final String LISTENER =
            """
            use Socket;
            my ($address, $file) = @ARGV;
            my $name = $address;
            $name =~ s/^@/\\0/;
            socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
            bind($socket, $name =~ /^\\0/ ? pack("S a*", AF_UNIX, $name) : pack_sockaddr_un($name)) or die $!;
            open(my $heard, ">>", $file) or die $!;
            $heard->autoflush(1);
            print $heard "listening\\n";
            while (defined recv($socket, my $message, 4096, 0)) { print $heard "$message\\n--\\n" }
            """;

    private final List<Shell.Running> listeners = new ArrayList<>();
    private Path heard;

    /** Returns when there is one at the address. */
    private void listen(String address) {
        heard = at.top.resolve("heard");
        listeners.add(at.shell.begin(List.of("perl", "-MIO::Handle", "-e", LISTENER, address, heard.toString())));
        hears("listening\n");
        at.shell.environment.put("NOTIFY_SOCKET", address);
    }

    private void hears(String words) {
        until(
                "it hears " + words,
                () -> Files.exists(heard) && Installation.read(heard).contains(words));
    }

    private void endListeners() {
        listeners.forEach(listener -> {
            listener.process().destroyForcibly();
            listener.await();
        });
    }

    @Test
    void itSaysWhenItIsReadyWhatRunsThatItReloadsAndHowLongADrainTakes() throws Exception {
        at.handler("slow", "env >\"$WORKERD_RESULT\"; while [ ! -e \"" + diary() + "\" ]; do sleep 0.05; done");
        listen(at.top.resolve("socket").toString());
        at.shell.environment.put("WATCHDOG_USEC", "400000");
        Shell.Running run = at.shell.begin(at.line("run"));
        hears("READY=1\n--\nWATCHDOG=1\n--\nSTATUS=0 jobs run\n");
        long id = jobs().enqueue("slow");
        hears("STATUS=1 job runs\n");
        at.signal("HUP");
        hears("RELOADING=1\nMONOTONIC_USEC=");
        until("it is ready again", () -> count("READY=1\n--") == 2);
        long beats = count("WATCHDOG=1\n");
        until("the loop goes on", () -> count("WATCHDOG=1\n") > beats + 2);
        at.signal("TERM");
        hears("STOPPING=1\n");
        hears("EXTEND_TIMEOUT_USEC=60000000\n");
        hears("STATUS=Draining: 1 job runs\n");
        Installation.write(diary(), "now");
        assertThat(run.await().code()).isZero();
        endListeners();
        assertThat(jobs().state(id)).isEqualTo("done");
        assertThat(jobs().column(id, "result")).doesNotContain("NOTIFY_SOCKET").doesNotContain("WATCHDOG");
    }

    private long count(String words) {
        return Installation.read(heard).split(words, -1).length - 1L;
    }

    @ParameterizedTest
    @ValueSource(strings = {"@", "/"})
    void aSocketMayHaveANameInsteadOfAPath(String kind) {
        listen(
                kind.equals("@")
                        ? "@workerd-test-" + ProcessHandle.current().pid()
                        : at.top.resolve("s").toString());
        Shell.Running run = at.shell.begin(at.line("run"));
        hears("READY=1\n");
        at.signal("TERM");
        hears("STOPPING=1\n");
        assertThat(run.await().code()).isZero();
        endListeners();
    }

    @Test
    void whereNobodyListensItRunsAllTheSameAndInTheBackgroundItTellsNobody() {
        at.shell.environment.put("NOTIFY_SOCKET", at.top.resolve("nobody").toString());
        at.start();
        at.stop();
        assertThat(at.logText()).doesNotContain("supervisor");
        Shell.Running run = at.shell.begin(at.line("run"));
        until("it runs", () -> Installation.read(run.err()).contains("cannot notify the service manager of READY=1"));
        at.signal("TERM");
        assertThat(run.await().code()).isZero();
    }

    @Test
    void startStopDaemonAwaitsIt() {
        needs("start-stop-daemon");
        List<String> line = new ArrayList<>(List.of(
                "start-stop-daemon", "--start", "--background", "--notify-await", "--notify-timeout", "30", "--exec"));
        line.add(Installation.LAUNCHER.toString());
        line.addAll(List.of("--", "--config", at.config.toString(), "run", "--log"));
        assertThat(at.shell.run(line)).matches(done -> done.code() == 0);
        assertThat(at.daemon().name()).isEqualTo("workerd");
        assertThat(at.logText()).contains("workerd is running");
        at.stop();
    }

    @Test
    void withLogItWritesToTheFileAndGoesOnInANewOneAfterAHangup() throws Exception {
        List<String> line = at.line("run");
        line.add("--log");
        Shell.Running run = at.shell.begin(line);
        at.awaitLog("workerd is running");
        Files.move(at.log, at.log.resolveSibling("old"));
        at.signal("HUP");
        until("there is a log", () -> Files.exists(at.log));
        at.awaitLog("configuration reloaded");
        at.signal("TERM");
        Shell.Done done = run.await();
        assertThat(done.code()).isZero();
        assertThat(done.err()).isEmpty();
    }
}
