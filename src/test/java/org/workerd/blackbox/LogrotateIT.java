package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The shipped configuration of logrotate, with the real program. */
class LogrotateIT extends DaemonTest {
    private static final int JOBS = 1500;

    @Test
    void tenRotationsUnderLoadLoseNoLineAndTheDaemonGoesOn() throws Exception {
        needs("logrotate", "zcat");
        at.handler("short", "exit 0");
        long pid = at.start();
        Path configuration = at.top.resolve("logrotate.conf");
        Installation.write(configuration, configuration());
        Installation.allow(configuration, "rw-r--r--");
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + JOBS + ")"
                + " insert into jobs(name) select 'short' from n");
        for (int round = 1; round <= 10; round++) {
            int enough = round * 40;
            until("more jobs are done", () -> jobs().count("finished") >= enough);
            Shell.Done done = at.shell.run(
                    "logrotate", "--force", "--state", at.top.resolve("state").toString(), configuration.toString());
            assertThat(done)
                    .matches(rotated -> rotated.code() == 0 && rotated.err().isEmpty());
        }
        jobs().awaitAllDone();
        assertThat(at.pid()).isEqualTo(pid);
        at.stop();
        List<String> lines = lines();
        assertThat(lines.stream().filter(line -> line.contains(" name=short state=done ")))
                .hasSize(JOBS)
                .doesNotHaveDuplicates();
        assertThat(lines.stream().filter(line -> line.contains(" name=short state=running ")))
                .hasSize(JOBS)
                .doesNotHaveDuplicates();
        assertThat(files()).hasSize(11);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(at.log)))
                .isEqualTo("rw-r-----");
    }

    /** With our paths and our user in it, and nothing thrown away. */
    private String configuration() throws IOException {
        String shipped = Files.readString(Installation.TREE.resolve("deploy/logrotate/workerd"));
        assertThat(shipped).contains("create 0640 workerd adm").doesNotContain("copytruncate");
        return shipped.replace("/var/log/workerd.log", "\"" + at.log + "\"")
                .replace("create 0640 workerd adm", "create 0640")
                .replace("rotate 8", "rotate 20")
                .replace("workerd status", "'" + Installation.LAUNCHER + "' -c '" + at.config + "' status")
                .replace("workerd reload", "'" + Installation.LAUNCHER + "' -c '" + at.config + "' reload");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(at.log.getParent())) {
            return files.toList();
        }
    }

    private List<String> lines() throws IOException {
        return files().stream()
                .flatMap(file ->
                        at.shell.run("zcat", "-f", file.toString()).out().lines())
                .toList();
    }
}
