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
 * The script that completes our commands in a shell: what it knows of them comes from the commands themselves, so that it
 * cannot differ from them.
 */
final class ShellCompletion {
    private static final int ARGUMENTS = 2;

    private final CommandLine all;
    private final Shell shell;

    ShellCompletion(CommandLine all, Shell shell) {
        this.all = all;
        this.shell = shell;
    }

    /** How its scripts say things; texts that stand in them need no quoting but for an apostrophe. */
    enum Shell {
        BASH,
        ZSH,
        FISH;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** In a switch over patterns, what is answered for these. */
        private String line(List<String> patterns, String reply) {
            return this == FISH
                    ? patterns.stream().collect(Collectors.joining("' '", "        case '", "'"))
                            + "\n            echo '" + reply + "'"
                    : "        " + String.join(" | ", patterns) + ") REPLY='" + reply + "' ;;";
        }

        private String described(String word, String text) {
            return this == FISH
                    ? "            printf '%s\\t%s\\n' " + word + " '" + text.replace("'", "\\'") + "'"
                    : "                '" + word + ":" + text.replace("'", "'\\''") + "'";
        }
    }

    String script() {
        return template()
                .replace("@OPTIONS@", options())
                .replace("@VALUES@", values())
                .replace("@ARGUMENTS@", arguments())
                .replace("@KEYS@", keys())
                .replace("@COMMANDS@", String.join(" ", Commands.NAMES))
                .replace("@DESCRIBED@", described())
                .replace("@GROUPS@", String.join(" ", groups().toList()))
                .replace(
                        "@SHELLS@",
                        Arrays.stream(Shell.values()).map(Shell::word).collect(Collectors.joining(" ")))
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

    private String described() {
        return all.getSubcommands().entrySet().stream()
                .map(command -> shell.described(command.getKey(), description(command.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String description(CommandLine command) {
        return String.join(" ", command.getCommandSpec().usageMessage().description())
                .replace("%%", "%")
                .replaceFirst("[.:;\n].*", "");
    }

    /** Commands that have commands below them. */
    private Stream<String> groups() {
        return all.getSubcommands().entrySet().stream()
                .filter(command -> !command.getValue().getSubcommands().isEmpty())
                .map(Map.Entry::getKey);
    }

    /** By what a script calls them: those below others with a dot between. */
    private Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new TreeMap<>();
        all.getSubcommands().forEach((name, command) -> {
            commands.put(name, command.getCommandSpec());
            command.getSubcommands().forEach((below, line) -> commands.put(name + "." + below, line.getCommandSpec()));
        });
        return commands;
    }

    private String options() {
        Stream<String> ofCommands =
                commands().entrySet().stream().map(command -> line(command.getKey(), names(command.getValue())));
        return Stream.concat(ofCommands, Stream.of(line("*", names(all.getCommandSpec()))))
                .collect(Collectors.joining("\n"));
    }

    private static String names(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .distinct()
                .collect(Collectors.joining(" "));
    }

    private String values() {
        Map<String, TreeSet<String>> byKind = new TreeMap<>();
        Stream.concat(Stream.of(all.getCommandSpec()), commands().values().stream())
                .flatMap(command -> command.options().stream())
                .filter(option -> option.arity().max() > 0)
                .forEach(option -> byKind.computeIfAbsent(kind(option), any -> new TreeSet<>())
                        .addAll(List.of(option.names())));
        return byKind.entrySet().stream()
                .map(kind -> shell.line(List.copyOf(kind.getValue()), kind.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private String arguments() {
        return commands().entrySet().stream()
                .flatMap(command -> arguments(command.getKey(), command.getValue()))
                .collect(Collectors.joining("\n"));
    }

    /** The first ones by their number, and all that follow. */
    private Stream<String> arguments(String name, CommandSpec command) {
        if (!command.subcommands().isEmpty()) {
            return Stream.of(
                    line(name + ".0", String.join(" ", command.subcommands().keySet()) + " "));
        }
        return command.positionalParameters().stream()
                .filter(parameter -> !kind(parameter.paramLabel(), name).equals("none"))
                .map(parameter -> line(name + pattern(parameter), kind(parameter.paramLabel(), name)));
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
            default -> kind(option.paramLabel(), "");
        };
    }

    /** What stands behind a label that help shows; an ID is that of a job, of which no file tells, or of a schedule. */
    private static String kind(String label, String command) {
        return switch (label) {
            case "NAME" -> "handlers";
            case "Q", "QUEUE" -> "queues";
            case "S" -> "states";
            case "COMMAND" -> "commands";
            case "KEY" -> "keys";
            case "SHELL" -> "shells";
            case "ARG", "DIR" -> "files";
            case "ID" -> command.startsWith("cron.") ? "schedules" : "none";
            default -> label.contains("FILE") ? "files" : "none";
        };
    }

    private String line(String pattern, String reply) {
        return shell.line(List.of(pattern), reply);
    }

    private String template() {
        String name = "completion." + shell.word();
        try (InputStream text = ShellCompletion.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + name, failure);
        }
    }
}
