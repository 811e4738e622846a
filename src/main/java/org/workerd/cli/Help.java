package org.workerd.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code workerd help}. */
@Command(
        name = "help",
        description = "Show the help of a command, or list all commands.",
        footer = {"", "Examples:", "  workerd help", "  workerd help enqueue"})
final class Help implements Callable<Integer> {
    private final Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "the command (default: all)")
    @Nullable
    String command;

    Help(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        CommandLine all = spec.parent().commandLine();
        CommandLine asked = command == null ? all : all.getSubcommands().get(command);
        if (asked == null) {
            throw Usage.unknownCommand(String.valueOf(command));
        }
        main.console().data(asked.getUsageMessage().stripTrailing());
        return 0;
    }
}
