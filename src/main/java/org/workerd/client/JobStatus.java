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

    public long id() {
        return job.id();
    }

    /** Of its handler. */
    public String name() {
        return job.name();
    }

    public String queue() {
        return job.queue();
    }

    public JobState state() {
        return job.state();
    }

    /** It is done, dead or cancelled. */
    public boolean isFinal() {
        return job.state().isFinal();
    }

    /** It is final, and well. */
    public boolean isDone() {
        return job.state() == JobState.DONE;
    }

    /** From -100 to 100, higher first. */
    public int priority() {
        return job.priority();
    }

    /** Unmodifiable. */
    public List<String> args() {
        return job.args();
    }

    /** JSON or any text, as it was enqueued; empty: none. */
    public Optional<String> payload() {
        return Optional.ofNullable(job.payload());
    }

    /** The unique key that it was enqueued with; empty: none. */
    public Optional<String> key() {
        return Optional.ofNullable(job.key());
    }

    /** The ids of the jobs that had to be done before it could run, as it was enqueued; unmodifiable. */
    public List<Long> after() {
        return job.after();
    }

    /** The number of its latest attempt that counts, from 1; 0: it has had none. */
    public int attempt() {
        return job.attempt();
    }

    /** What its handler said, at most 1 MiB; empty: nothing, or the job has not ended. */
    public Optional<String> result() {
        return Optional.ofNullable(job.result());
    }

    /** Why it is dead or cancelled, or why its latest attempt failed, in a sentence for people; empty: nothing went wrong. */
    public Optional<String> error() {
        return Optional.ofNullable(job.error());
    }

    /** With which its program exited in its latest attempt; empty: it has not, a signal ended it, or it is none. */
    public OptionalInt exitCode() {
        return optional(job.exitCode());
    }

    /** Which ended its program in its latest attempt; empty: none did. */
    public OptionalInt signal() {
        return optional(job.signal());
    }

    /** How far its handler said it is, from 0 to 100; empty: it has said nothing. */
    public OptionalInt percent() {
        return optional(
                Optional.ofNullable(job.progress()).map(Progress::percent).orElse(null));
    }

    /** What its handler said with {@link #percent}; empty: nothing. */
    public Optional<String> progressMessage() {
        return Optional.ofNullable(job.progress()).map(Progress::message);
    }

    public Instant createdAt() {
        return job.createdAt();
    }

    /** When it is due, or is to be tried again; empty: it was due at once. */
    public Optional<Instant> runAt() {
        return Optional.ofNullable(job.runAt());
    }

    /** When its latest attempt began; empty: it has had none. */
    public Optional<Instant> startedAt() {
        return Optional.ofNullable(job.startedAt());
    }

    /** When it became final; empty: it is not. */
    public Optional<Instant> finishedAt() {
        return Optional.ofNullable(job.finishedAt());
    }

    /** For people. */
    @Override
    public String toString() {
        return "job " + id() + " (" + name() + ") is " + state().word()
                + error().map(error -> ": " + error).orElse("");
    }

    private static OptionalInt optional(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
