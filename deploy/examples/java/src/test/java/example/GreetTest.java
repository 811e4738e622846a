package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.api.JobHandlerTester;
import org.workerd.api.TestedAttempt;

/** Without a daemon and a queue; {@code named} also finds a mistake in META-INF/services. */
class GreetTest {
    private final JobHandlerTester greet = JobHandlerTester.named("greet");

    @Test
    void greetsEachOfThem() {
        TestedAttempt attempt = greet.args("Ann", "Bob").attempt(2).run();
        assertTrue(attempt.isDone(), attempt::toString);
        assertEquals(Optional.of("Hello, Ann and Bob!"), attempt.result());
        assertEquals(List.of("INFO greeting Ann in attempt 2", "INFO greeting Bob in attempt 2"), attempt.log());
        assertEquals(List.of("50 Ann", "100 Bob"), attempt.progress());
    }

    @Test
    void givesUpWhenThereIsNobodyToGreet() {
        TestedAttempt attempt = greet.run();
        assertEquals(TestedAttempt.Outcome.DEAD, attempt.outcome());
        assertEquals(Optional.of("nobody to greet"), attempt.error());
    }

    @Test
    void waitsUntilTheSleeperIsAwake() {
        assertEquals(Optional.of(Duration.ofHours(8)), greet.args("sleeper").run().snooze());
    }
}
