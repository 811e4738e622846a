package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The man pages of the built tree. */
class ManualIT extends DaemonTest {
    private static final Path MAN = Installation.TREE.resolve("man");

    @Test
    void everyVariableThatAHandlerGetsStandsInItsPage() {
        at.handler("look", "env | sed 's/=.*//' >\"$WORKERD_RESULT\"");
        at.start();
        long id = jobs().enqueue("look");
        jobs().awaitState(id, "done");
        List<String> names = jobs().column(id, "result").lines().toList();
        assertThat(names).contains("WORKERD_RESULT", "TMPDIR");
        String page = Installation.read(MAN.resolve("man7/workerd-handler.7"));
        // PWD and _ are the shell's own.
        assertThat(names).allMatch(name -> page.contains(name) || name.matches("PWD|_|SHLVL|OLDPWD"));
    }

    @Test
    void eachIsOfTheVersionThatTheProgramPrints() {
        String version = at.workerd("--version").out().strip();
        for (String page : List.of(
                "man8/workerd.8",
                "man5/workerd.toml.5",
                "man7/workerd-handler.7",
                "man7/workerd-security.7",
                "man7/workerd-sql.7",
                "man7/workerd-postgres.7",
                "man7/workerd-http.7")) {
            assertThat(Installation.read(MAN.resolve(page)))
                    .startsWith(".TH WORKERD")
                    .contains('"' + version + '"');
        }
    }

    @Test
    void manShowsThem() {
        needs("man");
        at.shell.environment.put("MANWIDTH", "80");
        Shell.Done shown = at.shell.run("man", "-M", MAN.toString(), "workerd.toml");
        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("workers.concurrency\n").contains("How many jobs run at once");
        assertThat(shown.err()).isEmpty();
    }
}
