package org.workerd.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.workerd.config.Settings;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;

/** What the attempts of a job printed: in the queue, where it keeps that, else in files of this machine. For one thread. */
public final class JobOutput {
    private final Settings settings;
    private final JobQueries queries;
    private final JobView job;

    public JobOutput(Settings settings, JobQueries queries, JobView job) {
        this.settings = settings;
        this.queries = queries;
        this.job = job;
    }

    /** The attempt printed something that can be read here. */
    public boolean isThere(int attempt) {
        Path file = path(attempt);
        // What is no file of ours is for whoever reads it to refuse.
        return kept(attempt).isPresent()
                || file.toFile().length() > 0
                || (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Of an attempt that has ended all that is kept; of one that runs here what there is by now. */
    public void copyTo(OutputStream to, int attempt) throws IOException {
        Optional<ByteBuffer> kept = kept(attempt);
        if (kept.isPresent()) {
            Channels.newChannel(to).write(kept.get());
        } else {
            tail(attempt).copyTo(to);
        }
    }

    /** What the queue keeps of it. */
    Optional<ByteBuffer> kept(int attempt) {
        return queries.output(job.id(), attempt);
    }

    OutputTail tail(int attempt) {
        return OutputTail.of(settings, job, attempt);
    }

    /** The job as it was when it was asked for. */
    public JobView job() {
        return job;
    }

    /** How much of it is kept, in bytes. */
    long limit() {
        return settings.policies().of(job.name()).outputLimit();
    }

    /** Where it is, or will be, if the attempt runs here. */
    public Path path(int attempt) {
        return OutputTail.path(settings, job.id(), attempt);
    }
}
