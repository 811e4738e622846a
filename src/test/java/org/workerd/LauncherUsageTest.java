package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which arguments are the launcher's, and that Java gets the others as they are. */
class LauncherUsageTest extends LauncherStage {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "status --now",
                "status me",
                "status --wrong",
                "stop --json",
                "stop --timeout",
                "stop --timeout 5",
                "stop --timeout 5y",
                "stop --timeout -1s",
                "stop --timeout 30m1h",
                "stop --timeout 1s1s",
                "stop --timeout 1h30",
                "stop --drain",
                "reload -q",
                "restart 7",
                "status -c",
            })
    void wrongUsageIsSaid(String line) throws Exception {
        Done done = workerd(line.split(" "));
        assertThat(done.code()).isEqualTo(2);
        assertThat(done.err()).startsWith("workerd: ").contains("\nTry: workerd ");
        assertThat(done.out()).isEmpty();
    }

    @Test
    void aTimeoutMayHaveSeveralUnits() throws Exception {
        for (String timeout : List.of("1d2h3m4s5ms", "1h30m", "08s", "0s")) {
            assertThat(workerd("stop", "--timeout", timeout)).isEqualTo(new Done(0, "", "workerd is not running\n"));
        }
    }

    @Test
    void theShortOptionMayHaveAnEqualsSign() throws Exception {
        assertThat(run(List.of(launcher.toString(), "-c=" + config, "status", "--pidfile"))
                        .out())
                .isEqualTo(pidfile + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"enqueue x --json -- --now status", "status --help", "stop -h", "--version", "help", "--odd list"
            })
    void theRestIsJavas(String line) throws Exception {
        assertThat(workerd(line.split(" ")).code()).isZero();
        assertThat(javaCalls()).contains("org.workerd.cli.Main -c " + config + " " + line + "\n");
    }

    @Test
    void argumentsKeepTheirLettersInAnyLocale() throws Exception {
        environment.put("LC_ALL", "C");
        workerd("enqueue", "hello", "Grüße");
        assertThat(javaCalls()).contains("LC_ALL=C.UTF-8");
    }
}
