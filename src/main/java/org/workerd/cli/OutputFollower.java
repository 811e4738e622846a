package org.workerd.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.workerd.cli.text.Console;
import org.workerd.config.Settings;
import org.workerd.ops.OutputTail;
import org.workerd.store.JobView;

/** Copies what a job prints as it comes, one attempt after the other. For one thread. */
final class OutputFollower {
    private final Console console;
    private final Settings settings;
    private final JobView job;
    /** One for all attempts: a character may be cut in two between two looks. */
    private final OutputStream to;

    private int number;
    private OutputTail tail;

    /** From this attempt on, which may not have begun. */
    OutputFollower(Console console, Settings settings, JobView job, int number) {
        this.console = console;
        this.settings = settings;
        this.job = job;
        this.to = console.programOutput();
        this.number = number;
        this.tail = tail();
    }

    /** All there is by now of the attempt. False: whoever read it has gone. */
    boolean copy() throws IOException {
        tail.copyTo(to);
        return console.isWritable();
    }

    /** On to the next attempt, if there is one by now. */
    boolean advance(JobView now) {
        if (now.attempt() <= number) {
            return false;
        }
        number++;
        tail = tail();
        return true;
    }

    int number() {
        return number;
    }

    /** Where the attempt's output is, or will be. */
    Path directory() {
        return OutputTail.path(settings, job.id(), number).resolveSibling("");
    }

    private OutputTail tail() {
        return OutputTail.of(settings, job, number);
    }
}
