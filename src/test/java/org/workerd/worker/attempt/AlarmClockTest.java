package org.workerd.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AlarmClockTest {
    private static final Duration LONG = Duration.ofDays(36_525);

    private final AlarmClock alarm = new AlarmClock();
    private final BlockingQueue<String> rung = new LinkedBlockingQueue<>();

    private AlarmClock.Ring in(Duration pause, String name) {
        return alarm.in(pause, () -> rung.add(name));
    }

    private String next() throws InterruptedException {
        String name = rung.poll(20, TimeUnit.SECONDS);
        assertThat(name).as("what rings next").isNotNull();
        return String.valueOf(name);
    }

    @Test
    void ringsInTheOrderOfTheTimesAndNeverTooEarly() throws InterruptedException {
        long since = System.nanoTime();
        in(Duration.ofMillis(150), "last");
        in(Duration.ofMillis(100), "middle");
        in(Duration.ofMillis(-1), "first");
        assertThat(List.of(next(), next(), next())).containsExactly("first", "middle", "last");
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void whoSleepsForALateOneIsWokenForAnEarlierOne() throws InterruptedException {
        in(LONG, "never");
        in(Duration.ofMillis(50), "soon");
        assertThat(next()).isEqualTo("soon");
        in(Duration.ofMillis(50), "soon again");
        assertThat(next()).isEqualTo("soon again");
    }

    @Test
    void whatIsCancelledDoesNotRingAndHoldsNothingUp() throws InterruptedException {
        in(Duration.ofMillis(50), "cancelled").cancel();
        AlarmClock.Ring late = in(LONG, "late");
        in(Duration.ofMillis(100), "kept");
        late.cancel();
        late.cancel();
        assertThat(next()).isEqualTo("kept");
        in(Duration.ofMillis(1), "after nothing was left");
        assertThat(next()).isEqualTo("after nothing was left");
    }

    @Test
    void afterAFailureItGoesOn() throws InterruptedException {
        alarm.in(Duration.ZERO, () -> {
            throw new IllegalStateException("of this test");
        });
        in(Duration.ofMillis(1), "next");
        assertThat(next()).isEqualTo("next");
    }

    @Test
    void ringsOnceForEachOfManyThreads() throws InterruptedException {
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(number -> new Thread(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        in(LONG, "never").cancel();
                        in(Duration.ofNanos(i * 1_000L), number + " " + i);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> all = IntStream.range(0, 8)
                .boxed()
                .flatMap(number -> IntStream.range(0, 1_000).mapToObj(i -> number + " " + i))
                .toList();
        List<String> heard = new java.util.ArrayList<>();
        while (heard.size() < all.size()) {
            heard.add(next());
        }
        assertThat(heard).containsExactlyInAnyOrderElementsOf(all);
        assertThat(rung).isEmpty();
    }
}
