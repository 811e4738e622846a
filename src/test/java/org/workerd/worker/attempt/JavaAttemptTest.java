package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobHandlerTester;
import org.workerd.api.JobResult;
import org.workerd.api.TestedAttempt;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;

/** One attempt of a handler in Java, in this very thread. */
class JavaAttemptTest {
    private static final Claim CLAIM =
            new Claim(7, 70, 1, 1, 0, Instant.EPOCH, "resize", "default", 0, List.of(), null, null, null, false, null);

    @TempDir
    Path top;

    private Ledger ledger;
    private Slot slot;
    private final StopRequest stop = new StopRequest();
    private final LifeSigns signs = new LifeSigns(new Wakeup());

    @BeforeEach
    void makeSlot() {
        ledger = Ledger.create(top, 1);
        Premises premises = Premises.of(DaemonDirectory.beside(top.resolve("queue.db")), 1);
        slot = new Slot(0, premises.scratch(0), premises, Map.of(), ledger, new Leftovers(), new AlarmClock());
    }

    @AfterEach
    void close() {
        stop.close();
        ledger.close();
    }

    private interface Body {
        JobResult handle(JobContext job) throws Exception;
    }

    private JavaAttempt attempt(Body body) {
        return new JavaAttempt(handler(body), new Attempt(CLAIM, JobPolicy.DEFAULT, stop, signs), slot);
    }

    private static JobHandler handler(Body body) {
        return new JobHandler() {
            @Override
            public String name() {
                return "resize";
            }

            @Override
            public JobResult handle(JobContext job) throws Exception {
                return body.handle(job);
            }
        };
    }

    @Test
    void anInterruptDoesNotOutliveIt() {
        List<Boolean> seen = new ArrayList<>();
        Outcome outcome = attempt(job -> {
                    seen.add(job.isCancelled() || Thread.currentThread().isInterrupted());
                    stop.ask(StopRequest.Cause.TIMED_OUT);
                    seen.add(job.isCancelled() && Thread.currentThread().isInterrupted());
                    return JobResult.done();
                })
                .run();
        assertThat(seen).containsExactly(false, true);
        assertThat(outcome).isEqualTo(new Outcome.TimedOut(null, null));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aFailureThatSaysWhenToTryAgainKeepsWhatItLeft() {
        Outcome outcome = attempt(job -> {
                    job.result("half");
                    return JobResult.retryIn(Duration.ofSeconds(90), "the server is busy");
                })
                .run();
        assertThat(outcome).isEqualTo(new Outcome.AskedRetry("the server is busy", Duration.ofSeconds(90), "half"));
    }

    @Test
    void whatIsAskedAfterItsEndChangesNothing() {
        JavaAttempt attempt = attempt(job -> JobResult.done("42"));
        assertThat(attempt.run()).isEqualTo(new Outcome.Returned("42"));
        stop.ask(StopRequest.Cause.INTERRUPTED);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(attempt.isStuck()).isFalse();
    }

    @Test
    void toldToEndBeforeItBeganItNeverBegins() {
        stop.cancel("not wanted");
        assertThat(attempt(job -> {
                            throw new AssertionError("began");
                        })
                        .run())
                .isEqualTo(new Outcome.Cancelled("not wanted", null, null));
    }

    @Test
    void aCrashInItIsKnownFromTheLedger() {
        Outcome outcome = attempt(job -> {
                    LedgerContents contents =
                            LedgerContents.read(Ledger.path(top, 1)).orElseThrow();
                    assertThat(contents.hasBegun(CLAIM)).isTrue();
                    assertThat(contents.entries())
                            .extracting(LedgerContents.Entry::pid)
                            .containsExactly(-1);
                    return JobResult.done();
                })
                .run();
        assertThat(outcome).isEqualTo(new Outcome.Returned(null));
        slot.tidy();
        assertThat(LedgerContents.read(Ledger.path(top, 1)).orElseThrow().hasBegun(CLAIM))
                .isFalse();
    }

    @Test
    void afterTheAttemptItsDirectoryIsAnothers() {
        AtomicReference<JobContext> kept = new AtomicReference<>();
        attempt(job -> {
                    assertThat(job.directory()).isEmptyDirectory();
                    kept.set(job);
                    return JobResult.done();
                })
                .run();
        assertThatThrownBy(() -> kept.get().directory())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the attempt has ended");
    }

    @Test
    void theLatestProgressCounts() {
        JavaAttempt attempt = attempt(job -> {
            job.progress(10);
            job.progress(150, "almost");
            return JobResult.done();
        });
        assertThat(signs.progress()).isEmpty();
        attempt.run();
        assertThat(signs.progress()).contains(new Progress(100, "almost"));
    }

    @Test
    void aResultIsCutBetweenTwoCharacters() {
        Outcome outcome = attempt(job -> JobResult.done("☃".repeat(400_000))).run();
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Returned.class, returned -> assertThat(
                        returned.result().getBytes(StandardCharsets.UTF_8))
                .hasSize((1 << 20) / 3 * 3));
    }

    @Test
    void whatAnEarlierRunOfThisAttemptPrintedIsGone() throws Exception {
        Path output =
                Output.path(DaemonDirectory.beside(top.resolve("queue.db")).output(), 7, 1);
        attempt(job -> {
                    job.logger().info("once");
                    return JobResult.done();
                })
                .run();
        assertThat(output).content().endsWith("INFO once\n");
        attempt(job -> JobResult.done()).run();
        assertThat(Files.exists(output)).isFalse();
    }

    static Stream<Body> bodies() {
        return Stream.of(
                job -> JobResult.done(),
                job -> JobResult.done(job.name() + job.queue() + job.args() + job.payload() + job.attempt()),
                job -> {
                    job.result("said");
                    return JobResult.done();
                },
                job -> {
                    job.result("x".repeat(2_000_000));
                    return JobResult.giveUp("not\nthere");
                },
                job -> JobResult.snooze(Duration.ofHours(8)),
                job -> null,
                job -> {
                    throw new IOException(" no route\n");
                },
                job -> {
                    throw new StackOverflowError();
                });
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aUnitTestOfTheHandlerSaysTheSame(Body body) {
        Outcome outcome = attempt(body).run();
        Verdict verdict = Verdict.of(outcome, CLAIM, JobPolicy.DEFAULT, Instant.EPOCH, 0.5);
        TestedAttempt tested =
                JobHandlerTester.of(handler(body)).id(CLAIM.jobId()).run();
        assertThat(state(tested.outcome())).isEqualTo(verdict.next());
        assertThat(tested.error().orElse(null)).isEqualTo(verdict.row().error());
        assertThat(tested.result().orElse(null)).isEqualTo(result(verdict));
        assertThat(tested.snooze().map(Instant.EPOCH::plus).orElse(null))
                .isEqualTo(verdict instanceof Verdict.Snooze snooze ? snooze.until() : null);
    }

    private static JobState state(TestedAttempt.Outcome outcome) {
        return switch (outcome) {
            case DONE -> JobState.DONE;
            case SNOOZED -> JobState.SCHEDULED;
            case RETRYING -> JobState.RETRYING;
            case DEAD -> JobState.DEAD;
            case CANCELLED -> JobState.CANCELLED;
        };
    }

    private static String result(Verdict verdict) {
        return verdict instanceof Verdict.Done done
                ? done.result()
                : verdict instanceof Verdict.Dead dead ? dead.result() : null;
    }
}
