package org.workerd.cli;

import java.util.concurrent.Callable;
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
            "  workerd completion bash >~/.local/share/bash-completion/completions/workerd"
        })
final class Completion implements Callable<Integer> {
    private final Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String shell;

    Completion(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() {
        if (!shell.equals("bash")) {
            throw Usage.wrong(
                    "completion",
                    "there is no completion for " + org.workerd.job.Names.printable(shell) + ", only for bash");
        }
        main.console()
                .data(new BashCompletion(spec.parent().commandLine()).script().stripTrailing());
        return 0;
    }
}
