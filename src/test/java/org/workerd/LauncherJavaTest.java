package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Which Java the launcher takes, and what it says where there is none. */
class LauncherJavaTest extends LauncherStage {
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
}
