package org.workerd.worker;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where a daemon's attempts run.
 *
 * @param scratch this daemon's own directory, gone when it ends
 * @param output what attempts print, for all daemons of the queue
 * @param environment what every handler gets, before what says which job it is
 */
public record Premises(Path scratch, Path output, Path ledgers, Map<String, String> environment) {
    public Premises {
        environment = Map.copyOf(environment);
    }

    /** The directories that a queue's file has beside it. */
    public static Premises beside(Path queueFile, long daemon, Map<String, String> environment) {
        return new Premises(
                scratch(queueFile).resolve(Long.toString(daemon)), output(queueFile), ledgers(queueFile), environment);
    }

    public static Path scratch(Path queueFile) {
        return queueFile.resolveSibling("scratch");
    }

    public static Path output(Path queueFile) {
        return queueFile.resolveSibling("output");
    }

    public static Path ledgers(Path queueFile) {
        return queueFile.resolveSibling("daemons");
    }
}
