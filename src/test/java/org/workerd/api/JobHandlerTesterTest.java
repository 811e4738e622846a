package org.workerd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.api.TestedAttempt.Outcome;
import org.workerd.job.Names;

/** A handler in its unit test sees what the test says, and the test what the handler said. */
@Timeout(60)
class JobHandlerTesterTest {
    private interface Body {
        JobResult handle(JobContext job) throws Exception;
    }

    private static JobHandlerTester tester(Body body) {
        return JobHandlerTester.of(handler("resize", body));
    }

    private static JobHandler handler(String name, Body body) {
        return new JobHandler() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public JobResult handle(JobContext job) throws Exception {
                return body.handle(job);
            }
        };
    }

    @Test
    void theHandlerSeesWhatTheTestSays() {
        TestedAttempt attempt = tester(job -> JobResult.done(job.id()
                        + job.name()
                        + job.queue()
                        + job.args()
                        + job.payload()
                        + job.attempt()
                        + job.lastAttempt()
                        + job.environment()
                        + job.isCancelled()))
                .id(42)
                .queue("media")
                .args("a.png", "b")
                .payload("{}")
                .attempt(2)
                .lastAttempt(3)
                .environment("API_URL", "http://localhost")
                .run();
        assertThat(attempt.result()).contains("42resizemedia[a.png, b]Optional[{}]23{API_URL=http://localhost}false");
    }

    @Test
    void withNothingSaidItIsAsIfEnqueuedByItsNameAlone() {
        TestedAttempt attempt = tester(job -> JobResult.done(
                        job.queue() + job.args() + job.payload() + job.attempt() + "/" + job.lastAttempt()))
                .run();
        assertThat(attempt.result()).contains("default[]Optional.empty1/10");
    }

    @Test
    void whatItLogsAndReportsIsKeptInOrder() {
        TestedAttempt attempt = tester(job -> {
                    job.logger().debug("half of {}", 2);
                    job.logger().error("oh", new IllegalStateException("no"));
                    job.progress(50, "half");
                    job.progress(1000);
                    return JobResult.done();
                })
                .run();
        assertThat(attempt.log()).hasSize(2);
        assertThat(attempt.log().get(0)).isEqualTo("DEBUG half of 2");
        assertThat(attempt.log().get(1)).startsWith("ERROR oh\njava.lang.IllegalStateException: no\n\tat ");
        assertThat(attempt.progress()).containsExactly("50 half", "100");
    }

    @Test
    void aFailureIsTriedAgainUntilItIsTheLast() {
        JobHandlerTester tester = tester(job -> {
                    job.result("partial");
                    throw new java.io.IOException("no route");
                })
                .lastAttempt(2);
        TestedAttempt first = tester.run();
        assertThat(first.outcome()).isEqualTo(Outcome.RETRYING);
        assertThat(first.error()).contains("IOException: no route");
        assertThat(first.thrown()).get().isInstanceOf(java.io.IOException.class);
        assertThat(first.result()).isEmpty();
        TestedAttempt last = tester.attempt(2).run();
        assertThat(last.outcome()).isEqualTo(Outcome.DEAD);
        assertThat(last.result()).contains("partial");
    }

    @Test
    void itGivesUpAndSnoozesAsItSays() {
        TestedAttempt never = tester(job -> JobResult.giveUp("it is not there")).run();
        assertThat(never.outcome()).isEqualTo(Outcome.DEAD);
        assertThat(never.error()).contains("it is not there");
        TestedAttempt later =
                tester(job -> JobResult.snooze(Duration.ofMinutes(5))).run();
        assertThat(later.outcome()).isEqualTo(Outcome.SNOOZED);
        assertThat(later.snooze()).contains(Duration.ofMinutes(5));
    }

    @Test
    void aFailureMaySayWhenTheNextAttemptIsWorthIt() {
        JobHandlerTester tester = tester(job -> JobResult.retryIn(Duration.ofSeconds(90), "the server is busy"))
                .lastAttempt(2);
        TestedAttempt first = tester.run();
        assertThat(first.outcome()).isEqualTo(Outcome.RETRYING);
        assertThat(first.error()).contains("the server is busy");
        assertThat(first.retryIn()).contains(Duration.ofSeconds(90));
        TestedAttempt last = tester.attempt(2).run();
        assertThat(last.outcome()).isEqualTo(Outcome.DEAD);
        assertThat(last.retryIn()).isEmpty();
    }

    @Test
    void nullIsAFailure() {
        TestedAttempt attempt = tester(job -> null).run();
        assertThat(attempt.outcome()).isEqualTo(Outcome.RETRYING);
        assertThat(attempt.error()).contains("the handler returned null");
    }

    @Test
    void itsDirectoryIsMadeForItAndRemoved() {
        AtomicReference<JobContext> kept = new AtomicReference<>();
        AtomicReference<Path> directory = new AtomicReference<>();
        tester(job -> {
                    kept.set(job);
                    directory.set(job.directory());
                    Files.writeString(
                            Files.createDirectory(job.directory().resolve("sub"))
                                    .resolve("file"),
                            "x");
                    return JobResult.done();
                })
                .run();
        assertThat(directory.get()).doesNotExist();
        assertThatThrownBy(() -> kept.get().directory()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDirectoryOfTheTestsIsLeftToIt(@TempDir Path own) {
        tester(job -> {
                    Files.writeString(job.directory().resolve("file"), "x");
                    return JobResult.done();
                })
                .directory(own)
                .run();
        assertThat(own.resolve("file")).hasContent("x");
    }

    @Test
    void cancelledWhereItSaysHowFarItIsItEndsByItsInterrupt() {
        TestedAttempt attempt = tester(job -> {
                    job.progress(30);
                    assertThat(job.isCancelled()).isFalse();
                    job.progress(60);
                    assertThat(job.isCancelled()).isTrue();
                    new CountDownLatch(1).await();
                    return JobResult.done();
                })
                .cancelAtPercent(50)
                .run();
        assertThat(attempt.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(attempt.thrown()).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 20})
    void cancelledAfterATimeItEndsByItsInterrupt(long millis) {
        TestedAttempt attempt = tester(job -> {
                    new CountDownLatch(1).await();
                    return JobResult.done();
                })
                .cancelAfter(Duration.ofMillis(millis))
                .run();
        assertThat(attempt.outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void whatEndedBeforeItWasCancelledIsNot() {
        TestedAttempt attempt = tester(job -> JobResult.done())
                .cancelAfter(Duration.ofDays(40_000))
                .run();
        assertThat(attempt.isDone()).isTrue();
    }

    @Test
    void aResultIsCutAsTheDaemonCutsIt() {
        TestedAttempt attempt =
                tester(job -> JobResult.done("☃".repeat(400_000))).run();
        assertThat(attempt.result().orElseThrow().getBytes(StandardCharsets.UTF_8))
                .hasSize((1 << 20) / 3 * 3);
    }

    @Test
    void aNameIsRefusedIfTheDaemonRefusesIt() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            StringBuilder name = new StringBuilder();
            random.ints(random.nextInt(130), '+', 'c').forEach(letter -> name.append((char) letter));
            assertThat(isAccepted(name.toString())).as(name.toString()).isEqualTo(Names.isValid(name.toString()));
        }
    }

    private static boolean isAccepted(String name) {
        try {
            JobHandlerTester.of(handler(name, job -> JobResult.done()));
            return true;
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("the daemon refuses the handler");
            return false;
        }
    }

    @Test
    void aHandlerThatNoServicesFileNamesIsNotFound() {
        assertThatThrownBy(() -> JobHandlerTester.named("resize"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("0 handlers are named resize");
    }

    @Test
    void attemptsAreCountedFromOne() {
        JobHandlerTester tester = tester(job -> JobResult.done());
        assertThatThrownBy(() -> tester.attempt(0)).hasMessage("attempts are counted from 1, was 0");
        assertThatThrownBy(() -> tester.lastAttempt(0)).hasMessage("attempts are counted from 1, was 0");
    }
}
