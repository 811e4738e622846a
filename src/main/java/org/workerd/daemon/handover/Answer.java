package org.workerd.daemon.handover;

import java.nio.file.Path;
import java.util.List;

/** What the version that is installed now says to taking over. */
public sealed interface Answer {
    /**
     * It can.
     *
     * @param pidfile as its configuration has it, as {@code directory}, which is {@code daemon.dir}
     * @param arguments the command line by which it was asked
     * @param environment what it had then, {@code NAME=value} each
     */
    record Fit(Path pidfile, Path directory, List<String> arguments, List<String> environment) implements Answer {
        public Fit {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
        }
    }

    /**
     * It cannot.
     *
     * @param status the exit status for who asked
     * @param words why, and what to do
     */
    record Unfit(int status, String words) implements Answer {}
}
