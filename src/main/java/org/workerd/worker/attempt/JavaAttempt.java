package org.workerd.worker.attempt;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Outcome;
import org.workerd.job.Span;
import org.workerd.worker.handlers.Failing;

/**
 * A handler in Java, run once for a claim, in the slot's own thread. That is interrupted when its time is up; when it
 * goes on nevertheless nobody can end it but the end of the process, so the attempt is over only when the thread is.
 */
final class JavaAttempt {
    private static final Duration BETWEEN_REMINDERS = Duration.ofMinutes(1);

    private final JobHandler handler;
    private final Claim claim;
    private final Slot slot;
    private final StopRequest stop;
    private final LifeSigns signs;
    private final JobPolicy policy;
    private final JavaJob job;
    /** Null once it has ended: the thread is not ours to interrupt any more. */
    private @Nullable Thread thread;

    private AlarmClock.@Nullable Ring reminder;
    /** On the monotonic clock, in nanoseconds; meaningful once it was told to end. */
    private long toldAt;
    /** It was told to end before it had: what stopped it is then how it ended. */
    private boolean told;

    private boolean stuck;

    JavaAttempt(JobHandler handler, Attempt attempt, Slot slot) {
        this.handler = handler;
        this.claim = attempt.claim();
        this.policy = attempt.policy();
        this.stop = attempt.stop();
        this.signs = attempt.signs();
        this.slot = slot;
        this.job = new JavaJob(attempt, slot);
    }

    Outcome run() {
        if (stop.cause() != null) {
            return stopped(false);
        }
        try (job) {
            job.begin();
            slot.beganHere(claim);
            signs.began();
            return handle();
        } catch (IOException failure) {
            return new Outcome.NotStarted(failure.toString());
        }
    }

    private Outcome handle() {
        Thread own = Thread.currentThread();
        ClassLoader before = own.getContextClassLoader();
        own.setContextClassLoader(handler.getClass().getClassLoader());
        Outcome outcome;
        AlarmClock.Ring timeout = slot.alarm().in(claim.timeout(policy), () -> stop.ask(StopRequest.Cause.TIMED_OUT));
        try {
            begin(own);
            outcome = outcome(handler.handle(job));
        } catch (Throwable failure) {
            // All that others' code throws is its own failure. Without memory the JVM has ended by now.
            job.print(Failing.trace(failure));
            outcome = new Outcome.Threw(Failing.sentence(failure), job.latestResult());
        } finally {
            end();
            timeout.cancel();
            own.setContextClassLoader(before);
        }
        return judged(outcome);
    }

    private Outcome outcome(@Nullable JobResult said) {
        if (said instanceof JobResult.Done done) {
            done.result().ifPresent(job::result);
            return new Outcome.Returned(job.latestResult());
        }
        if (said instanceof JobResult.Snooze snooze) {
            return new Outcome.Snoozed(snooze.pause());
        }
        if (said instanceof JobResult.RetryIn retry) {
            return new Outcome.AskedRetry(retry.reason(), retry.pause(), job.latestResult());
        }
        return said instanceof JobResult.GiveUp gaveUp
                ? new Outcome.GaveUp(gaveUp.reason(), job.latestResult())
                : new Outcome.Threw("the handler returned null", job.latestResult());
    }

    /** What was done when the daemon stopped need not be done again. */
    private Outcome judged(Outcome outcome) {
        boolean kept = outcome instanceof Outcome.Returned && stop.cause() == StopRequest.Cause.INTERRUPTED;
        return wasTold() && !kept ? stopped(true) : outcome;
    }

    private synchronized boolean wasTold() {
        return told;
    }

    private Outcome stopped(boolean begun) {
        if (stop.cause() == StopRequest.Cause.TIMED_OUT) {
            return new Outcome.TimedOut(null, null);
        }
        return stop.cause() == StopRequest.Cause.CANCELLED
                ? new Outcome.Cancelled(stop.reason(), null, null)
                : new Outcome.Interrupted(begun);
    }

    private void begin(Thread own) {
        synchronized (this) {
            thread = own;
        }
        // Not inside: the request's lock is taken before ours, never after.
        stop.onceAsked(this::interrupt);
    }

    private synchronized void end() {
        thread = null;
        if (reminder != null) {
            reminder.cancel();
        }
        // Meant for the attempt, not for what the thread does next.
        Thread.interrupted();
    }

    private synchronized void interrupt() {
        if (thread != null) {
            told = true;
            toldAt = System.nanoTime();
            thread.interrupt();
            reminder = slot.alarm().in(policy.killGrace(), this::remind);
        }
    }

    private synchronized void remind() {
        if (thread != null) {
            stuck = true;
            String since = Span.brief(Duration.ofNanos(System.nanoTime() - toldAt));
            JobLog.warn(
                    claim,
                    "was interrupted " + since + " ago and still runs; it keeps its slot until it returns; "
                            + where(thread));
            thread.interrupt();
            reminder = slot.alarm().in(BETWEEN_REMINDERS, this::remind);
        }
    }

    /** The first place of the handler's own, for whoever wrote it. */
    private String where(Thread running) {
        StackTraceElement[] stack = running.getStackTrace();
        String own = handler.getClass().getName();
        return Arrays.stream(stack)
                .filter(frame -> frame.getClassName().startsWith(own))
                .findFirst()
                .or(() -> Arrays.stream(stack).findFirst())
                .map(frame -> "it is at " + frame)
                .orElse("it is ending");
    }

    boolean hasPrinted() {
        return job.hasPrinted();
    }

    /** It was told to end, has had its grace, and goes on. */
    synchronized boolean isStuck() {
        return stuck && thread != null;
    }

    /** The process ends without it: whoever finds that out shall know what had ended the attempt. */
    void abandon() {
        StopRequest.@Nullable Cause cause = stop.cause();
        if (cause != null && isStuck()) {
            slot.abandoned(claim, cause);
        }
    }
}
