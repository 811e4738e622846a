package org.workerd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.config.SettingDoc;
import org.workerd.job.JobState;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The script that completes our commands in bash: what it knows of them comes from the commands themselves, so that it
 * cannot differ from them.
 */
final class BashCompletion {
    private static final int ARGUMENTS = 2;

    private final CommandLine all;

    BashCompletion(CommandLine all) {
        this.all = all;
    }

    String script() {
        return template()
                .replace("@OPTIONS@", options())
                .replace("@VALUES@", values())
                .replace("@ARGUMENTS@", arguments())
                .replace("@KEYS@", keys())
                .replace("@COMMANDS@", String.join(" ", Commands.NAMES))
                .replace(
                        "@STATES@",
                        Arrays.stream(JobState.values()).map(JobState::word).collect(Collectors.joining(" ")));
    }

    /** Those that every configuration has. */
    private static String keys() {
        return SettingDoc.all().stream()
                .map(SettingDoc::name)
                .filter(name -> name.equals(name.toLowerCase(Locale.ROOT)))
                .collect(Collectors.joining(" "));
    }

    private String options() {
        Stream<String> commands = all.getSubcommands().entrySet().stream()
                .map(command ->
                        line(command.getKey(), optionNames(command.getValue().getCommandSpec())));
        return Stream.concat(commands, Stream.of(line("*", names(all.getCommandSpec().options().stream()))))
                .collect(Collectors.joining("\n"));
    }

    /** Its own and those of the commands below it. */
    private static String optionNames(CommandSpec command) {
        Stream<OptionSpec> below =
                command.subcommands().values().stream().flatMap(inner -> inner.getCommandSpec().options().stream());
        return names(Stream.concat(command.options().stream(), below));
    }

    private static String names(Stream<OptionSpec> options) {
        return options.filter(option -> !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .distinct()
                .collect(Collectors.joining(" "));
    }

    private String values() {
        Map<String, TreeSet<String>> byKind = new TreeMap<>();
        Stream.concat(Stream.of(all), all.getSubcommands().values().stream())
                .flatMap(command -> Stream.concat(Stream.of(command), command.getSubcommands().values().stream()))
                .flatMap(command -> command.getCommandSpec().options().stream())
                .filter(option -> option.arity().max() > 0)
                .forEach(option -> byKind.computeIfAbsent(kind(option), any -> new TreeSet<>())
                        .addAll(List.of(option.names())));
        return byKind.entrySet().stream()
                .map(kind -> line(String.join(" | ", kind.getValue()), kind.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private String arguments() {
        return all.getSubcommands().entrySet().stream()
                .flatMap(command ->
                        arguments(command.getKey(), command.getValue().getCommandSpec()))
                .collect(Collectors.joining("\n"));
    }

    /** The first ones by their number, and all that follow. */
    private static Stream<String> arguments(String name, CommandSpec command) {
        if (!command.subcommands().isEmpty()) { // those of cron, whose ID is that of a schedule
            return Stream.of(
                    line(name + ".0", String.join(" ", command.subcommands().keySet()) + " "),
                    line(name + ".1", "schedules"));
        }
        return command.positionalParameters().stream()
                .map(parameter -> line(name + pattern(parameter), kind(parameter.paramLabel())))
                .filter(line -> !line.contains("REPLY='none'"));
    }

    private static String pattern(PositionalParamSpec parameter) {
        int from = parameter.index().min();
        return parameter.index().max() >= ARGUMENTS ? ".*" : "." + from;
    }

    private static String kind(OptionSpec option) {
        return switch (option.longestName()) {
            case "--name" -> "handlers";
            case "--key", "--tag" -> "none";
            case "--cron" -> "schedules";
            default -> kind(option.paramLabel());
        };
    }

    /** What stands behind a label that help shows. */
    private static String kind(String label) {
        return switch (label) {
            case "NAME" -> "handlers";
            case "Q", "QUEUE" -> "queues";
            case "S[,S]" -> "states";
            case "COMMAND" -> "commands";
            case "KEY" -> "keys";
            case "SHELL" -> "shells";
            case "ARG", "DIR" -> "files";
            default -> label.contains("FILE") ? "files" : "none";
        };
    }

    private static String line(String pattern, String reply) {
        return "        " + pattern + ") REPLY='" + reply + "' ;;";
    }

    private static String template() {
        try (InputStream text = BashCompletion.class.getResourceAsStream("completion.bash")) {
            if (text == null) {
                throw new IllegalStateException("the completion script is missing from this build");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the completion script", failure);
        }
    }
}
