package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What help shows as examples are commands that can be given. */
public final class HelpExamplesTest {
    public static CommandLine all() {
        Console nowhere = new Console(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Console.Screen.NONE);
        Environment environment = new Environment(Map.of(), false, 2, Path.of("/nonexistent/workerd.toml"));
        return new Main(nowhere, environment, InstantSource.fixed(Cli.NOW)).commandLine("");
    }

    static Stream<List<String>> commands() {
        return Stream.concat(
                Commands.NAMES.stream().map(List::of),
                Stream.of(List.of(), List.of("cron", "next"), List.of("cron", "import")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasTwoExamplesThatParse(List<String> command) {
        CommandLine line = all();
        for (String name : command) {
            line = line.getSubcommands().get(name);
        }
        List<String> footer = List.of(line.getCommandSpec().usageMessage().footer());
        List<String> examples = footer.subList(footer.indexOf("Examples:") + 1, footer.size()).stream()
                .takeWhile(text -> text.startsWith("  "))
                .toList();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
        for (String example : examples) {
            List<String> words = words(example);
            assertThatCode(() -> all().parseArgs(words.toArray(String[]::new)))
                    .as(example)
                    .doesNotThrowAnyException();
            assertThat(words).as(example).containsAll(command);
        }
    }

    /** Of a percent sign that stands alone picocli complains on stderr, past our console. */
    @Test
    void everyTextOfHelpIsAFormatThatCanBeUsed() {
        assertThat(texts(all().getCommandSpec())).hasSizeGreaterThan(100).allSatisfy(text -> {
            assertThat(text.replace("%%", "").replace("%n", "")).doesNotContain("%");
        });
    }

    private static List<String> texts(CommandSpec command) {
        List<String> texts = new ArrayList<>(List.of(command.usageMessage().description()));
        texts.addAll(List.of(command.usageMessage().footer()));
        command.args().forEach(option -> texts.addAll(List.of(option.description())));
        command.subcommands().values().forEach(sub -> texts.addAll(texts(sub.getCommandSpec())));
        return texts;
    }

    /** The arguments of the last "workerd" before the shell's own words begin. */
    private static List<String> words(String example) {
        String call = example.replaceFirst("\\s&&.*| >.*|\\)$", "");
        String arguments = call.substring(call.lastIndexOf("workerd ") + "workerd ".length());
        return Arrays.asList(
                arguments.replaceAll("\\$\\(.*?\\)", "x").replace("\"", "").split(" +"));
    }
}
