package org.workerd.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Console;
import org.workerd.job.JobState;
import org.workerd.ops.JobOutput;
import org.workerd.ops.OutputTail;
import org.workerd.store.JobView;
import org.workerd.store.OutputFeed;

/** Copies what a job prints as it comes, one attempt after the other. For one thread. */
final class OutputFollower {
    private final Console console;
    private final JobOutput output;
    private final @Nullable OutputFeed feed;
    /** One for all attempts: a character may be cut in two between two looks. */
    private final OutputStream to;
    /** Of later attempts, which have come already. */
    private final List<OutputFeed.Piece> early = new ArrayList<>();

    private int number;
    private OutputTail tail;
    /** Something of the attempt has come by the feed; then all of it does. */
    private boolean fed;

    /**
     * From this attempt on, which may not have begun.
     *
     * @param feed null: the job runs on this machine
     */
    OutputFollower(Console console, JobOutput output, @Nullable OutputFeed feed, int number) {
        this.console = console;
        this.output = output;
        this.feed = feed;
        this.to = console.programOutput();
        this.number = number;
        this.tail = output.tail(number);
    }

    /**
     * All there is by now of the attempt. False: whoever read it has gone.
     *
     * @param job as it was before
     */
    boolean copy(JobView job) throws IOException {
        if (feed == null) {
            tail.copyTo(to);
        } else {
            early.addAll(feed.news());
            for (OutputFeed.Piece piece : List.copyOf(early)) {
                if (piece.attempt() <= number) {
                    early.remove(piece);
                    fed |= piece.attempt() == number;
                    Channels.newChannel(to).write(piece.text());
                }
            }
            if (!fed && isOver(job)) {
                fed = true;
                output.copyKept(to, number);
            }
        }
        return console.isWritable();
    }

    private boolean isOver(JobView job) {
        return job.attempt() > number || (job.attempt() == number && job.state() != JobState.RUNNING);
    }

    /** On to the next attempt, if there is one by now. */
    boolean advance(JobView now) {
        if (now.attempt() <= number) {
            return false;
        }
        number++;
        fed = false;
        tail = output.tail(number);
        return true;
    }

    int number() {
        return number;
    }

    /** Where the attempt's output is, or will be. */
    Path directory() {
        return output.path(number).resolveSibling("");
    }
}
