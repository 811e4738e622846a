package org.workerd.cli;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.workerd.job.Names;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code workerd completion}. */
@Command(
        name = "completion",
        description = "Print a script for Tab completion in a shell.",
        footer = {
            "",
            "Completes commands, options, handlers and queues. Needs no other package,",
            "and starts no program.",
            "",
            "Examples:",
            "  . <(workerd completion bash)",
            "  workerd completion bash >~/.local/share/bash-completion/completions/workerd",
            "  . <(workerd completion zsh)",
            "  workerd completion zsh >~/.zfunc/_workerd",
            "  workerd completion fish >~/.config/fish/completions/workerd.fish"
        })
final class Completion implements Callable<Integer> {
    private final Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String shell;

    Completion(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        ShellCompletion.Shell asked = Arrays.stream(ShellCompletion.Shell.values())
                .filter(known -> known.word().equals(shell))
                .findFirst()
                .orElseThrow(() -> Usage.wrong(
                        "completion",
                        "there is no completion for " + Names.printable(shell) + ", only for "
                                + Arrays.stream(ShellCompletion.Shell.values())
                                        .map(ShellCompletion.Shell::word)
                                        .collect(Collectors.joining(", "))));
        main.console()
                .data(new ShellCompletion(spec.parent().commandLine(), asked)
                        .script()
                        .stripTrailing());
        return 0;
    }
}
