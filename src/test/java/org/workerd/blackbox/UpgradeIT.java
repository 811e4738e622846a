package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code restart} into another build, or another Java, while programs run and others come and go. */
class UpgradeIT extends DaemonTest {
    private static final Path JDK_25 = Path.of("/usr/lib/jvm/temurin-25-jdk-amd64");
    private Path go;

    @BeforeEach
    void handlers() {
        go = at.top.resolve("go");
        at.handler(
                "slow",
                "echo b >>'" + diary() + "'; until [ -e '" + go + "' ]; do sleep 0.05; done; echo e >>'" + diary()
                        + "'");
        at.handler("quick", "echo b >>'" + diary() + "'; sleep 0.1; echo e >>'" + diary() + "'");
    }

    @Test
    void anUpgradeMigratesAndADowngradeIsRefusedAndProgramsGoOn() throws Exception {
        Tree tree = new Tree(at.shell, at.top);
        Path old = tree.original();
        Path later = tree.build("0.2.0", "create table added_later(n integer) strict;");
        at.launcher = tree.launcher;
        long daemon = at.start();
        load();
        tree.install(later);
        restarted(daemon);
        assertThat(jobs().ask("pragma user_version")).isEqualTo("3");
        assertThat(jobs().count("added_later")).isZero();
        assertThat(at.queue.resolveSibling("queue.db.schema-2")).isRegularFile();
        tree.install(old);
        Shell.Done refused = at.workerd("restart");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains(
                        "made by a newer workerd", "Upgrade workerd", "workerd (pid " + daemon + ") goes on as before");
        assertThat(jobs().ask("pragma user_version")).isEqualTo("3");
        tree.install(later);
        restarted(daemon);
        allEndWell(daemon, 2);
        at.stop();
        // Whoever looks for damage afterwards knows this build's schema.
        jobs().execute("drop table added_later");
        jobs().execute("pragma user_version = 2");
    }

    @Test
    void anotherJavaTakesOverAndGivesBack() throws Exception {
        assumeTrue(Files.isDirectory(JDK_25), "no JDK 25 on this machine");
        Path jdk = Files.createSymbolicLink(at.top.resolve("jdk"), Path.of(System.getProperty("java.home")));
        at.shell.environment.put("WORKERD_JAVA", jdk.resolve("bin/java").toString());
        long daemon = at.start();
        load();
        for (Path home : List.of(JDK_25, Path.of(System.getProperty("java.home")))) {
            Path other = Files.createSymbolicLink(at.top.resolve("other"), home);
            Files.move(other, jdk, StandardCopyOption.ATOMIC_MOVE);
            restarted(daemon);
            assertThat(Path.of("/proc/" + daemon + "/exe").toRealPath())
                    .isEqualTo(home.resolve("bin/java").toRealPath());
        }
        allEndWell(daemon, 2);
    }

    /** Two that run until they may end. */
    private void load() {
        jobs().enqueue("slow");
        jobs().enqueue("slow");
        until("they run", () -> diaryLines().size() == 2);
    }

    /** While others come and go. */
    private void restarted(long daemon) {
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)"
                + " insert into jobs(name) select 'quick' from n");
        Shell.Done done = at.workerd("restart");
        assertThat(done.err()).matches("workerd restarted \\(pid " + daemon + "\\), [2-4] jobs go on\n");
        assertThat(done.code()).isZero();
        assertThat(at.pid()).isEqualTo(daemon);
    }

    private void allEndWell(long daemon, int restarts) {
        Installation.write(go, "");
        jobs().awaitAllDone();
        for (String line : List.of("b", "e")) {
            assertThat(diaryLines().stream().filter(line::equals)).hasSize(2 + 20 * restarts);
        }
        assertThat(jobs().ask("select max(attempt) from job_status")).isEqualTo("1");
        assertThat(at.logText().lines().filter(line -> line.contains("restarted in place")))
                .hasSize(restarts);
        assertThat(at.pid()).isEqualTo(daemon);
    }
}
