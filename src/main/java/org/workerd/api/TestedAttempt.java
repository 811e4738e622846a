package org.workerd.api;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt in a unit test did, and what the daemon would make of its job: {@link JobHandlerTester#run}. Does not
 * change any more; thread-safe.
 */
public final class TestedAttempt {
    /** What becomes of the job; more may be added. */
    public enum Outcome {
        /** Its handler returned {@link JobResult#done()}. */
        DONE,
        /** It waits for {@link #snooze}, and the attempt does not count. */
        SNOOZED,
        /** The attempt failed, and there will be another. */
        RETRYING,
        /** The attempt failed and was the last, or the handler gave up. */
        DEAD,
        /** It was told to end before it had, as the test wanted it. */
        CANCELLED
    }

    private final Outcome outcome;
    private final List<String> log;
    private final List<String> progress;
    private @Nullable String result;
    private @Nullable String error;
    private @Nullable Throwable thrown;
    private @Nullable Duration snooze;
    private @Nullable Duration retryIn;

    private TestedAttempt(TestedJob job, Outcome outcome) {
        this.outcome = outcome;
        this.log = job.log();
        this.progress = job.allProgress();
        boolean last = outcome == Outcome.DONE || outcome == Outcome.DEAD;
        this.result = last ? job.latestResult().orElse(null) : null;
    }

    static TestedAttempt cancelled(TestedJob job) {
        return new TestedAttempt(job, Outcome.CANCELLED);
    }

    static TestedAttempt returned(TestedJob job, @Nullable JobResult said) {
        if (said instanceof JobResult.Done done) {
            done.result().ifPresent(job::result);
            return new TestedAttempt(job, Outcome.DONE);
        }
        if (said instanceof JobResult.Snooze snoozed) {
            TestedAttempt attempt = new TestedAttempt(job, Outcome.SNOOZED);
            attempt.snooze = snoozed.pause();
            return attempt;
        }
        if (said instanceof JobResult.RetryIn again) {
            TestedAttempt attempt = failed(job, ofFailure(job), again.reason());
            attempt.retryIn = attempt.outcome == Outcome.RETRYING ? again.pause() : null;
            return attempt;
        }
        return said instanceof JobResult.GiveUp gaveUp
                ? failed(job, Outcome.DEAD, gaveUp.reason())
                : failed(job, ofFailure(job), "the handler returned null");
    }

    static TestedAttempt threw(TestedJob job, Throwable failure) {
        TestedAttempt attempt = failed(job, ofFailure(job), sentence(failure));
        attempt.thrown = failure;
        return attempt;
    }

    private static TestedAttempt failed(TestedJob job, Outcome outcome, String error) {
        TestedAttempt attempt = new TestedAttempt(job, outcome);
        attempt.error = error;
        return attempt;
    }

    private static Outcome ofFailure(TestedJob job) {
        return job.attempt() >= job.lastAttempt() ? Outcome.DEAD : Outcome.RETRYING;
    }

    /** As it is logged: the class without its package, and the message. */
    private static String sentence(Throwable failure) {
        String type = failure.getClass().getSimpleName();
        String kind = type.isEmpty() ? failure.getClass().getName() : type;
        String message = failure.getMessage();
        return message == null || message.isBlank() ? kind : kind + ": " + message.strip();
    }

    static String trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    /** {@return what becomes of the job} */
    public Outcome outcome() {
        return outcome;
    }

    /** {@return whether the job is done} */
    public boolean isDone() {
        return outcome == Outcome.DONE;
    }

    /** {@return what is kept as the job's result, at most 1 MiB; empty: there is none, or the job goes on} */
    public Optional<String> result() {
        return Optional.ofNullable(result);
    }

    /** {@return why the attempt failed, or what the handler gave up with; empty: it did not} */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** {@return what the handler threw; empty: it returned, or was told to end first} */
    public Optional<Throwable> thrown() {
        return Optional.ofNullable(thrown);
    }

    /** {@return how long the handler wants to wait, as it said; empty: it does not} */
    public Optional<Duration> snooze() {
        return Optional.ofNullable(snooze);
    }

    /** {@return how long after its failure the handler wants another attempt; empty: it did not say, or there is none} */
    public Optional<Duration> retryIn() {
        return Optional.ofNullable(retryIn);
    }

    /**
     * {@return what the handler logged, in order, each as {@code LEVEL message}, with its trace on lines of its own;
     * {@code workerd logs} shows the same, each after its time}
     */
    public List<String> log() {
        return log;
    }

    /** {@return how far it said it was, in order, each as {@code PERCENT} or {@code PERCENT message}, like {@code 50 half}} */
    public List<String> progress() {
        return progress;
    }

    /** {@return all of it, for people: what a test shows when it fails} */
    @Override
    public String toString() {
        String why = error == null ? "" : ": " + error;
        String said = result == null ? "" : ", result " + result;
        return outcome + why + said + ", log " + log + ", progress " + progress;
    }
}
