package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A log that cannot be opened or written holds up neither signals nor jobs. */
class LogIT extends DaemonTest {
    /** Their lines are more than a pipe takes that was made as small as it can be. */
    private static final int MANY = 40;

    private static final String SMALL = "fcntl(F, 1031, 4096) or die; ";

    private Path fifo() throws Exception {
        Path fifo = at.top.resolve("fifo");
        assertThat(at.shell.run("mkfifo", fifo.toString()).code()).isZero();
        at.set("log.file", Installation.text("fifo")).configure();
        at.handler("hello", "exit 0");
        return fifo;
    }

    private void runMany() {
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + MANY
                + ") insert into jobs(name) select 'hello' from n");
        until("all ran", () -> jobs().ask("select count(*) from job_status where state = 'done'")
                .equals(Integer.toString(MANY)));
    }

    @Test
    void aFifoThatNobodyReadsIsRefusedWithTheReason() throws Exception {
        Path fifo = fifo();
        Shell.Done done = at.workerd("start");
        assertThat(done.code()).isEqualTo(74);
        assertThat(done.err()).isEqualTo("workerd: cannot open the log: no process reads from the FIFO " + fifo + "\n");
        assertThat(Proc.of(at.top)).isEmpty();
        assertThat(at.pidfile).doesNotExist();
    }

    @Test
    void aReaderThatWentAwayHoldsUpNothing() throws Exception {
        Path fifo = fifo();
        Shell.Running reader = at.shell.begin(List.of("cat", fifo.toString()));
        at.start();
        until("it is read", () -> Installation.read(reader.out()).contains("workerd is running"));
        at.shell.kill("KILL", reader.process().pid());
        reader.await();
        at.signal("HUP");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        Shell.Running next = at.shell.begin(List.of("cat", fifo.toString()));
        until("it is told", () -> {
            jobs().enqueue("hello");
            return Installation.read(next.out()).contains("log lines were lost");
        });
        at.shell.kill("KILL", next.process().pid());
        next.await();
        at.stop();
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpNothing() throws Exception {
        needs("perl");
        Path fifo = fifo();
        Path go = at.top.resolve("go");
        Shell.Running reader = at.shell.begin(List.of(
                "perl",
                "-e",
                "$| = 1; open F, '<', $ARGV[0] or die; " + SMALL + "select undef, undef, undef, 0.01 until -e $ARGV[1];"
                        + " print while <F>",
                fifo.toString(),
                go.toString()));
        at.start();
        runMany();
        at.signal("HUP");
        jobs().awaitState(jobs().enqueue("hello"), "done");
        Files.createFile(go);
        until("it is told", () -> {
            jobs().enqueue("hello");
            return Installation.read(reader.out()).contains("log lines were lost");
        });
        assertThat(Installation.read(reader.out()).lines()).allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT.*"));
        at.stop();
        reader.await();
    }

    @Test
    void aFullDiskHoldsUpNothing() {
        at.set("log.file", "\"/dev/full\"").configure();
        at.handler("hello", "exit 0");
        at.start();
        jobs().awaitState(jobs().enqueue("hello"), "done");
        assertThat(at.workerd("reload").code()).isZero();
        jobs().awaitState(jobs().enqueue("hello"), "done");
        at.stop();
    }

    @Test
    void inTheForegroundAReaderThatDoesNotReadHoldsUpNothing() throws Exception {
        needs("perl");
        at.handler("hello", "exit 0");
        Path codes = at.top.resolve("code");
        Shell.Running daemon = at.shell.begin(List.of(
                "sh",
                "-c",
                "{ " + StartIT.quoted(at.line("run")) + " 2>&1; echo $? >'" + codes + "'; } | perl -e \"open F, '<&0'; "
                        + SMALL + "select undef, undef, undef, 0.05 until -s '" + codes + "'\""));
        until("it runs", () -> at.workerd("status").code() == 0);
        runMany();
        at.stop();
        until("it has ended", () -> Files.exists(codes));
        daemon.await();
        assertThat(codes).hasContent("0\n");
    }
}
