package org.workerd.cli;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Console;
import org.workerd.ops.JobOutput;
import org.workerd.ops.OutputFollower;
import org.workerd.store.OutputFeed;
import org.workerd.store.OutputFeeds;

/** Prints what a job prints as it comes. For one thread. */
final class FollowedOutput implements AutoCloseable {
    private final Console console;
    private final @Nullable OutputFeed feed;
    private final OutputFollower follower;
    /** One for all attempts: a character may be cut in two between two looks. */
    private final OutputStream to;

    /**
     * From this attempt on, which may not have begun.
     *
     * @param feeds null: the job runs on this machine
     */
    FollowedOutput(Console console, JobOutput output, @Nullable OutputFeeds feeds, long id, int number) {
        this.console = console;
        this.feed = feeds == null ? null : feeds.follow(id);
        this.follower = new OutputFollower(output, feed, number, 0);
        this.to = console.programOutput();
    }

    /** All there is by now of the attempt. False: whoever read it has gone. */
    boolean copy(JobOutput output) throws IOException {
        follower.copyTo(to, output, Long.MAX_VALUE);
        return console.isWritable();
    }

    OutputFollower follower() {
        return follower;
    }

    @Override
    public void close() {
        if (feed != null) {
            feed.close();
        }
    }
}
