package org.workerd.cli.trial;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.workerd.cli.text.Console;
import org.workerd.job.Claim;
import org.workerd.job.Outcome;
import org.workerd.ops.OutputTail;
import org.workerd.worker.attempt.Trial;

/** A trial in the foreground: what the handler prints is passed on as it comes, and a signal to us ends it. */
public final class TrialRun {
    /** How often we look for more output; a person sees no difference to at once. */
    private static final long LOOK_MILLIS = 30;

    /** From the KILL of a program to the end of all that it had started. */
    private static final Duration CLEARING_UP = Duration.ofSeconds(5);

    private final Console console;
    private final OutputStream to;

    /** Aside: what it prints is talk, not data. */
    public TrialRun(Console console, boolean aside) {
        this.console = console;
        this.to = aside ? console.programTalk() : console.programOutput();
    }

    public TrialEnd run(Path temporary, Claim claim, Trial.Terms terms, Instant now)
            throws IOException, InterruptedException, ExecutionException {
        CountDownLatch over = new CountDownLatch(1);
        try (Trial trial = Trial.create(temporary, claim, terms)) {
            // The JVM exits with 128 and the signal once this hook is through.
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> end(trial, over, terms.policy().killGrace())));
            long begun = System.nanoTime();
            Outcome outcome = follow(trial, terms.policy().outputLimit());
            return TrialEnd.of(outcome, claim, terms.policy(), Duration.ofNanos(System.nanoTime() - begun), now);
        } finally {
            over.countDown();
        }
    }

    private Outcome follow(Trial trial, long limit) throws IOException, InterruptedException, ExecutionException {
        OutputTail tail = new OutputTail(trial.output(), limit);
        FutureTask<Outcome> run = new FutureTask<>(trial::run);
        Thread thread = new Thread(run, "trial");
        thread.setDaemon(true);
        thread.start();
        while (true) {
            boolean ended = hasEnded(run);
            tail.copyTo(to);
            console.flush();
            if (ended) {
                return run.get();
            }
        }
    }

    private static boolean hasEnded(FutureTask<Outcome> run) throws InterruptedException, ExecutionException {
        try {
            run.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException runsOn) {
            return false;
        }
    }

    /** The process was told to end: it does so when nothing of the handler is left, or that is a thread of our own. */
    private static void end(Trial trial, CountDownLatch over, Duration grace) {
        if (over.getCount() == 0) {
            return;
        }
        trial.cancel("interrupted");
        boolean done = false;
        while (!done) {
            try {
                over.await(grace.plus(CLEARING_UP).toMillis(), TimeUnit.MILLISECONDS);
                done = true;
            } catch (InterruptedException notNow) {
                // Nobody interrupts this thread; the kernel's KILL would end us all.
            }
        }
    }
}
