package org.workerd.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.Tool;
import org.workerd.cli.Commands;
import org.workerd.cli.HelpExamplesTest;
import org.workerd.cli.text.ExitCode;
import org.workerd.config.SettingDoc;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The man pages as the build makes them. */
final class ManPagesTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        new ManPages("1.2.3", "2026-11-23").write(Path.of("src/main/man"), directory);
    }

    private String page(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    /** From a heading to the next. */
    private static String section(String page, String heading) {
        assertThat(page).contains("\n" + heading + "\n");
        return page.split(Pattern.quote("\n" + heading + "\n"), 2)[1].split("\n\\.S[SH] ", 2)[0];
    }

    @Test
    void everyCommandStandsInItsPageWithAllThatItTakes() throws IOException {
        String page = page("man8/workerd.8");
        CommandLine all = HelpExamplesTest.all();
        assertThat(all.getSubcommands()).containsOnlyKeys(Commands.NAMES);
        for (String name : Commands.NAMES) {
            assertTold(page, name, all.getSubcommands().get(name).getCommandSpec());
        }
        assertTold(
                page,
                "cron next",
                all.getSubcommands().get("cron").getSubcommands().get("next").getCommandSpec());
        assertThat(optionNames(all.getCommandSpec()))
                .allSatisfy(name -> assertThat(section(page, ".SH OPTIONS")).contains(name));
    }

    private static void assertTold(String page, String name, CommandSpec command) {
        String told = section(page, ".SS " + name);
        assertThat(told).startsWith(".nf\n\\fBworkerd " + name + "\\fR");
        assertThat(told.replaceAll("\\s+", " "))
                .contains(Roff.text(command.usageMessage().description()[0]));
        command.options().stream()
                .filter(option -> !option.inherited() && !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .forEach(option -> assertThat(told).contains(Roff.bold(option)));
        command.positionalParameters()
                .forEach(parameter -> assertThat(told).contains(".TP\n\\fI" + parameter.paramLabel() + "\\fR\n"));
        Arrays.stream(command.usageMessage().footer())
                .filter(line -> line.startsWith("  "))
                .forEach(line -> assertThat(told).contains("\n" + Roff.text(line.replace("%%", "%")) + "\n"));
    }

    private static List<String> optionNames(CommandSpec command) {
        return command.options().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .map(Roff::bold)
                .toList();
    }

    @Test
    void everyExitStatusStandsInItsPage() throws IOException {
        String told = section(page("man8/workerd.8"), ".SH EXIT STATUS");
        for (ExitCode code : ExitCode.values()) {
            assertThat(told).containsPattern("(?<!\\d)" + code.status() + "(?!\\d)");
        }
    }

    @Test
    void everySettingStandsInItsPageWithItsDefault() throws IOException {
        String page = page("man5/workerd.toml.5");
        for (SettingDoc setting : SettingDoc.all()) {
            String told = section(page, Roff.text(".SS [" + setting.table() + "]"));
            String entry = told.split(".TP\n\\\\fB" + Pattern.quote(setting.name()) + "\\\\fR\n", 2)[1]
                    .split("\n\\.TP\n", 2)[0].replace('\n', ' ');
            assertThat(entry).contains(Roff.text(setting.doc())).contains(Roff.text(setting.expected()));
            setting.defaults().forEach(value -> assertThat(entry).contains(Roff.text(value)));
        }
    }

    @Test
    void theVersionAndTheDayStandInEach() throws IOException {
        for (String name : List.of(
                "man8/workerd.8",
                "man5/workerd.toml.5",
                "man7/workerd-handler.7",
                "man7/workerd-security.7",
                "man7/workerd-sql.7",
                "man7/workerd-postgres.7",
                "man7/workerd-http.7")) {
            assertThat(page(name))
                    .contains(" 2026-11-23 \"workerd 1.2.3\"")
                    .doesNotContainPattern("(?m)@[A-Z_]+@")
                    .matches("\\p{ASCII}*");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "man8/workerd.8",
                "man5/workerd.toml.5",
                "man7/workerd-handler.7",
                "man7/workerd-security.7",
                "man7/workerd-sql.7",
                "man7/workerd-postgres.7",
                "man7/workerd-http.7"
            })
    void neitherMandocNorGroffMindsAnything(String name) throws IOException, InterruptedException {
        String page = directory.resolve(name).toString();
        assertThat(Tool.run("mandoc", "-Tlint", page)).isEqualTo(new Tool.Answer(0, ""));
        assertThat(Tool.run("groff", "-ww", "-man", "-Tutf8", "-z", page)).isEqualTo(new Tool.Answer(0, ""));
    }

    @Test
    void textThatLooksLikeARequestIsNone() {
        assertThat(Roff.filled(".SH what. Then 'so")).isEqualTo("\\&.SH what.\nThen 'so\n");
        assertThat(Roff.literal(List.of(".x", "a\\b -c"))).isEqualTo(".EX\n\\&.x\na\\eb \\-c\n.EE\n");
        assertThat(Roff.filled("word ".repeat(15) + "and-a-long-one .now"))
                .isEqualTo("word ".repeat(14) + "word\nand\\-a\\-long\\-one .now\n");
        assertThat(Roff.text("1…2")).isEqualTo("1...2");
        assertThatThrownBy(() -> Roff.text("naïve")).hasMessageContaining("naïve");
    }
}
