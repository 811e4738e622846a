package org.workerd.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "completion", description = "x")
final class Completion implements Callable<Integer> {
    Completion(Main main) {}

    @Override
    public Integer call() {
        return 0;
    }
}
