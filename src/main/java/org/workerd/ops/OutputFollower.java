package org.workerd.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.workerd.store.OutputFeed;

/**
 * Copies what a job prints as it comes, one attempt after the other: out of the file of an attempt that runs here, or from
 * a feed, which tells of every machine. For one thread.
 */
public final class OutputFollower {
    private final @Nullable FedOutput fed;
    private OutputTail tail;
    private int number;

    /**
     * From this attempt on, which may not have begun.
     *
     * @param feed null: the job runs on this machine
     * @param position where in what the attempt prints to go on, in bytes: see {@link #position}
     */
    public OutputFollower(JobOutput output, @Nullable OutputFeed feed, int number, long position) {
        this.fed = feed == null ? null : new FedOutput(feed, output.limit(), number, position);
        this.tail = output.tail(number).from(position);
        this.number = number;
    }

    /**
     * All there is by now of the attempt, but no more than about so many bytes at once.
     *
     * @param output of the job as it was before: what it printed until then is there
     * @throws org.workerd.store.StoreException when the feed is lost
     */
    public void copyTo(OutputStream to, JobOutput output, long most) throws IOException {
        if (fed == null) {
            tail.copyTo(to, most);
        } else {
            fed.copyTo(to, output.job().isOver(number), () -> output.kept(number), most);
        }
    }

    /** How far into the attempt's output it has got, in bytes, those that were left out in the middle counted. */
    public long position() {
        return fed == null ? tail.position() : fed.position();
    }

    /** On to the next attempt, if there is one by now. */
    public boolean advance(JobOutput now) {
        if (now.job().attempt() <= number) {
            return false;
        }
        number++;
        tail = now.tail(number);
        if (fed != null) {
            fed.advance();
        }
        return true;
    }

    /** Which attempt it is at. */
    public int number() {
        return number;
    }

    /** Where the attempt's output is, or will be, if it runs here. */
    public Path directory() {
        return tail.directory();
    }
}
