package org.workerd.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "backup", description = "x")
final class Backup implements Callable<Integer> {
    Backup(Main main) {}

    @Override
    public Integer call() {
        return 0;
    }
}
