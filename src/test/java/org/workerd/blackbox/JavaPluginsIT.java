package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.PluginJars;

/** The jars of handlers in Java: where they may stand, which are refused, how they are reloaded, what they see. */
class JavaPluginsIT extends PluginDaemonTest {
    @Test
    void itMayStandInTheLibDirectoryToo() {
        Path tree = at.top.resolve("tree");
        assertThat(at.shell
                        .run("cp", "-R", Installation.TREE.toString(), tree.toString())
                        .code())
                .isZero();
        PluginJars.handler("Ours", "ours", "return JobResult.done(\"ours\");").build(tree.resolve("lib/ours.jar"));
        String launcher = tree.resolve("bin/workerd").toString();
        assertThat(at.shell.run(launcher, "-c", at.config.toString(), "start").code())
                .isZero();
        Shell.Done ran = at.shell.run(launcher, "-c", at.config.toString(), "enqueue", "ours", "--wait");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(at.shell
                        .run(launcher, "-c", at.config.toString(), "handlers", "-q")
                        .out())
                .isEqualTo("ours\n");
    }

    @Test
    void aBrokenJarIsRefusedAndTheGoodOnesBesideItRun() throws Exception {
        handler("fine", "return JobResult.done();");
        Installation.write(plugins.resolve("garbage.jar"), "not a jar");
        Installation.allow(plugins.resolve("garbage.jar"), "rw-r--r--");
        PluginJars.handler("Gone", "gone", "return null;").services("Missing").build(plugins.resolve("gone.jar"));
        handler("loose", "return JobResult.done();");
        Installation.allow(plugins.resolve("loose.jar"), "rw-rw-r--");
        at.handler("both", "exit 0");
        handler("both", "return JobResult.done();");
        at.start();
        jobs().awaitState(jobs().enqueue("fine"), "done");
        at.awaitLog("garbage.jar is refused: it cannot be loaded");
        at.awaitLog("gone.jar is refused: it cannot be loaded: ServiceConfigurationError");
        at.awaitLog("loose.jar is refused: it is writable by its group or by others: chmod go-w");
        assertThat(at.workerd("handlers", "-q").out()).isEqualTo("fine\n");
        assertThat(at.workerd("handlers").out())
                .contains("there are two handlers of this name")
                .contains("garbage.jar");
        assertThat(at.workerd("enqueue", "both").code()).isEqualTo(2);
        assertThat(at.workerd("enqueue", "loose").code()).isEqualTo(2);
        assertThat(at.workerd("enqueue", "fine").code()).isZero();
    }

    @Test
    void aReloadTakesNewAndChangedJarsWhileOldAttemptsEndInTheOldCode() {
        Path end = at.top.resolve("end");
        handler(
                "work",
                diaryEntry("\"begun\"") + until(end)
                        + "return JobResult.done(new Object() { String old() { return \"old\"; } }.old());");
        at.start();
        long old = jobs().enqueue("work");
        until("it runs", () -> diaryLines().contains("begun"));
        handler("work", "return JobResult.done(\"new\");");
        handler("more", "return JobResult.done();");
        assertThat(at.workerd("enqueue", "more").code())
                .as("a jar that no daemon has seen")
                .isZero();
        assertThat(at.workerd("reload").code()).isZero();
        at.awaitLog("more.jar has the handlers more");
        long fresh = jobs().enqueue("work");
        jobs().awaitState(fresh, "done");
        assertThat(jobs().column(fresh, "result")).isEqualTo("new");
        Installation.write(end, "");
        jobs().awaitState(old, "done");
        assertThat(jobs().column(old, "result")).isEqualTo("old");
        jobs().awaitAllDone();
    }

    @Test
    void twoPluginsBringTwoVersionsOfALibraryAndSeeNoneOfOurs() {
        for (String version : List.of("1", "2")) {
            PluginJars.handler(
                            "Handler",
                            "v" + version,
                            """
                            try {
                                Class.forName("picocli.CommandLine");
                                return JobResult.giveUp("sees our libraries");
                            } catch (ClassNotFoundException right) {
                                org.slf4j.LoggerFactory.getLogger("plugin").info("seen");
                                return JobResult.done(com.fasterxml.jackson.core.JsonFactory.version());
                            }
                            """)
                    .with(
                            "com.fasterxml.jackson.core.JsonFactory",
                            "package com.fasterxml.jackson.core; public class JsonFactory {"
                                    + " public static String version() { return \"" + version + "\"; } }")
                    .build(plugins.resolve("v" + version + ".jar"));
        }
        at.start();
        for (String version : List.of("1", "2")) {
            long id = jobs().enqueue("v" + version);
            jobs().awaitState(id, "done");
            assertThat(jobs().column(id, "result")).isEqualTo(version);
        }
    }
}
