package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the launcher answers without a JVM it knows by laws of its own, which Java has too. Here its functions and Java
 * get the same things, at random: each may only say what the other says.
 */
abstract class LauncherLaws extends LauncherStage {
    final Chance chance = new Chance(20_261_129);

    @BeforeEach
    void takeTheFunctions() throws IOException {
        String script = Files.readString(BUILT);
        assertThat(script).contains("# ---- main");
        Files.writeString(
                top.resolve("functions"),
                script.substring(0, script.indexOf("# ---- main"))
                        .replace("/etc/workerd/workerd.toml", "$system")
                        .replace("/etc/workerd ", "${system%/*} "));
    }

    /** The launcher's functions, and what is done with them; $1 is our directory. */
    String launcher(String code) throws Exception {
        Path driver = top.resolve("driver");
        Files.writeString(driver, ". \"$1/functions\"\n" + code);
        Done done = run(List.of("sh", driver.toString(), top.toString()));
        assertThat(done.err()).isEmpty();
        return done.out();
    }
}
