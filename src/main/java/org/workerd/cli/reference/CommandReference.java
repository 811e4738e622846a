package org.workerd.cli.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What workerd(8) says of the commands, in roff: from the commands themselves, so that it cannot differ from them. */
final class CommandReference {
    private final CommandLine all;

    CommandReference(CommandLine all) {
        this.all = all;
    }

    /** Those that every command has. */
    String options() {
        return all.getCommandSpec().options().stream()
                .map(CommandReference::option)
                .collect(Collectors.joining());
    }

    String exitStatus() {
        return all.getCommandSpec().usageMessage().exitCodeList().entrySet().stream()
                .map(code -> Roff.entry(Roff.bold(code.getKey()), code.getValue()))
                .collect(Collectors.joining());
    }

    String commands() {
        return all.getSubcommands().entrySet().stream()
                .map(command -> section(command.getKey(), command.getValue().getCommandSpec()))
                .collect(Collectors.joining());
    }

    private static String section(String name, CommandSpec command) {
        StringBuilder text = new StringBuilder(".SS " + name + "\n");
        text.append(".nf\n").append(synopsis(name, command)).append(".fi\n.PP\n");
        text.append(Arrays.stream(
                        String.join("\n", command.usageMessage().description()).split("\n\n", -1))
                .map(paragraph -> Roff.filled(whole(paragraph.split("\n", -1))))
                .collect(Collectors.joining(".PP\n")));
        command.positionalParameters().forEach(parameter -> text.append(parameter(parameter)));
        ownOptions(command).forEach(option -> text.append(option(option)));
        text.append(footer(command.usageMessage().footer()));
        command.subcommands().forEach((below, line) -> text.append(section(name + " " + below, line.getCommandSpec())));
        return text.toString();
    }

    private static List<OptionSpec> ownOptions(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.inherited() && !option.hidden())
                .toList();
    }

    private static String synopsis(String name, CommandSpec command) {
        String[] custom = command.usageMessage().customSynopsis();
        List<String> lines = custom.length > 0
                ? Arrays.stream(custom).map(String::strip).toList()
                : List.of("workerd " + name + operands(command));
        return lines.stream()
                .map(line -> Roff.bold("workerd " + name) + Roff.text(line.substring(("workerd " + name).length())))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String operands(CommandSpec command) {
        return (ownOptions(command).isEmpty() ? "" : " [OPTION...]")
                + command.positionalParameters().stream()
                        .map(parameter -> " " + label(parameter))
                        .collect(Collectors.joining());
    }

    private static String label(PositionalParamSpec parameter) {
        String name = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
        return parameter.arity().min() == 0 ? "[" + name + "]" : name;
    }

    private static String parameter(PositionalParamSpec parameter) {
        return Roff.entry(Roff.italic(parameter.paramLabel()), whole(parameter.description()));
    }

    private static String option(OptionSpec option) {
        String names = Arrays.stream(option.names()).map(Roff::bold).collect(Collectors.joining(", "));
        String between = option.longestName().startsWith("--") ? "=" : " ";
        String value = option.arity().max() == 0 ? "" : between + Roff.italic(option.paramLabel());
        return Roff.entry(names + value, whole(option.description()));
    }

    /** Paragraphs; lines that are indented stay as they are. */
    private static String footer(String[] lines) {
        StringBuilder text = new StringBuilder();
        List<String> block = new ArrayList<>();
        for (String line : lines) {
            if (!block.isEmpty() && (line.isEmpty() || isLiteral(line) != isLiteral(block.get(0)))) {
                text.append(paragraph(block));
                block.clear();
            }
            if (!line.isEmpty()) {
                block.add(line);
            }
        }
        return text.append(block.isEmpty() ? "" : paragraph(block)).toString();
    }

    private static String paragraph(List<String> lines) {
        return isLiteral(lines.get(0))
                ? Roff.literal(
                        lines.stream().map(line -> line.replace("%%", "%")).toList())
                : ".PP\n" + Roff.filled(whole(lines.toArray(String[]::new)));
    }

    private static boolean isLiteral(String line) {
        return line.startsWith(" ");
    }

    /** What the help prints with a format. */
    private static String whole(String... lines) {
        return String.join(" ", lines).replace("%%", "%");
    }
}
