package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With which flags and environment Java starts: for its version, its command, its natives and its archive. */
class LauncherFlagsTest extends LauncherStage {
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
    void whatMeasuresIsOnTheClassPathOfTheBenchAlone() throws Exception {
        workerd("bench");
        assertThat(javaCalls())
                .contains("-cp " + top + "/tree/lib/*:" + top + "/tree/lib/bench/* org.workerd.cli.Main ");
    }

    @Test
    void whatSpeaksHttpIsOnTheClassPathOfTheDaemonAlone() throws Exception {
        workerd("run");
        assertThat(javaCalls())
                .contains("-cp " + top + "/tree/lib/*:" + top + "/tree/lib/http/* org.workerd.cli.Main ");
    }

    @Test
    void theDaemonItselfIsCompiledWell() throws Exception {
        workerd("run");
        assertThat(javaCalls())
                .contains("-Xmx128m", "-XX:-MaxFDLimit")
                .contains("-XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=10000")
                .doesNotContain("TieredStopAtLevel");
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
    void doctorIsToldWhichArchiveThereShouldBe() throws Exception {
        workerd("list");
        assertThat(javaCalls()).doesNotContain("workerd.archive");
        workerd("doctor");
        assertThat(javaCalls()).contains("-Dworkerd.archive=" + top + "/tree/cache/java17.jsa");
    }

    private String uname() throws Exception {
        return run(List.of("uname", "-m")).out().strip();
    }
}
