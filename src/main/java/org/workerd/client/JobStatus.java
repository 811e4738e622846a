package org.workerd.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.job.Progress;
import org.workerd.store.JobView;

/**
 * What had become of a job when somebody looked: {@link JobQueue#find}, {@link JobQueue#await}. Does not change any more;
 * thread-safe. Times are to the millisecond.
 */
public final class JobStatus {
    private final JobView job;

    JobStatus(JobView job) {
        this.job = job;
    }

    /** {@return what {@link Enqueued#id} said, positive} */
    public long id() {
        return job.id();
    }

    /** {@return the name of its handler} */
    public String name() {
        return job.name();
    }

    /** {@return the queue that it was put into} */
    public String queue() {
        return job.queue();
    }

    /** {@return where it is in its life} */
    public JobState state() {
        return job.state();
    }

    /** {@return whether it is done, dead or cancelled} */
    public boolean isFinal() {
        return job.state().isFinal();
    }

    /** {@return whether it is final, and well} */
    public boolean isDone() {
        return job.state() == JobState.DONE;
    }

    /** {@return from -100 to 100, higher first} */
    public int priority() {
        return job.priority();
    }

    /** {@return what its handler gets as arguments; unmodifiable} */
    public List<String> args() {
        return job.args();
    }

    /** {@return JSON or any text, at most 1 MiB, as it was enqueued; empty: none} */
    public Optional<String> payload() {
        return Optional.ofNullable(job.payload());
    }

    /** {@return the unique key that it was enqueued with; empty: none} */
    public Optional<String> key() {
        return Optional.ofNullable(job.key());
    }

    /** {@return the ids of the jobs that had to be done before it could run, as it was enqueued; unmodifiable} */
    public List<Long> after() {
        return job.after();
    }

    /** {@return the number of its latest attempt that counts, from 1; 0: it has had none} */
    public int attempt() {
        return job.attempt();
    }

    /** {@return what its handler said, at most 1 MiB; empty: nothing, or the job has not ended} */
    public Optional<String> result() {
        return Optional.ofNullable(job.result());
    }

    /**
     * {@return why it is dead or cancelled, or why its latest attempt failed, in a sentence for people; empty: nothing went
     * wrong}
     */
    public Optional<String> error() {
        return Optional.ofNullable(job.error());
    }

    /**
     * {@return with which its program exited in its latest attempt, from 0 to 255; empty: it has not, a signal ended it, or
     * its handler is no program}
     */
    public OptionalInt exitCode() {
        return optional(job.exitCode());
    }

    /** {@return the signal that ended its program in its latest attempt, like 9; empty: none did} */
    public OptionalInt signal() {
        return optional(job.signal());
    }

    /** {@return how far its handler said it is, from 0 to 100; empty: it has said nothing} */
    public OptionalInt percent() {
        return optional(
                Optional.ofNullable(job.progress()).map(Progress::percent).orElse(null));
    }

    /** {@return what its handler said with {@link #percent}, for people; empty: nothing} */
    public Optional<String> progressMessage() {
        return Optional.ofNullable(job.progress()).map(Progress::message);
    }

    /** {@return words by which it can be found; unmodifiable} */
    public List<String> tags() {
        return job.tags();
    }

    /** {@return when it was enqueued} */
    public Instant createdAt() {
        return job.createdAt();
    }

    /** {@return when it is due, or is to be tried again; empty: it was due at once} */
    public Optional<Instant> runAt() {
        return Optional.ofNullable(job.runAt());
    }

    /** {@return when its latest attempt began; empty: it has had none} */
    public Optional<Instant> startedAt() {
        return Optional.ofNullable(job.startedAt());
    }

    /** {@return when it became final; empty: it is not} */
    public Optional<Instant> finishedAt() {
        return Optional.ofNullable(job.finishedAt());
    }

    /** {@return a sentence for people, like {@code job 7 (resize) is dead: exit code 3}} */
    @Override
    public String toString() {
        return "job " + id() + " (" + name() + ") is " + state().word()
                + error().map(error -> ": " + error).orElse("");
    }

    private static OptionalInt optional(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
