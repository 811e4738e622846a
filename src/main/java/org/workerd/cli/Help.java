package org.workerd.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code workerd help}. */
@Command(
        name = "help",
        description = "Show the help of a command, or list all commands.",
        footer = {"", "Examples:", "  workerd help", "  workerd help enqueue", "  workerd help cron next"})
final class Help implements Callable<Integer> {
    private final Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "the command (default: all)")
    List<String> commands = List.of();

    Help(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        CommandLine asked = spec.parent().commandLine();
        for (String command : commands) {
            CommandLine next = asked.getSubcommands().get(command);
            if (next == null) {
                throw Usage.unknownCommand(String.join(" ", commands));
            }
            asked = next;
        }
        main.console().data(asked.getUsageMessage().stripTrailing());
        return 0;
    }
}
