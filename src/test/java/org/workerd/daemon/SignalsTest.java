package org.workerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.daemon.Signals.Order;
import org.workerd.worker.attempt.Wakeup;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Real signals to this JVM, whose own handlers come back afterwards. */
@Timeout(60)
class SignalsTest {
    private static final List<String> NAMES = List.of("TERM", "INT", "HUP", "USR1", "ALRM");
    private static final Duration LONG = Duration.ofSeconds(50);

    private final Map<String, SignalHandler> before = new HashMap<>();
    private final Wakeup wakeup = new Wakeup();
    private final Signals signals = new Signals();

    @BeforeEach
    void install() {
        NAMES.forEach(name -> before.put(name, Signal.handle(new Signal(name), SignalHandler.SIG_IGN)));
        signals.install(wakeup);
    }

    @AfterEach
    void restore() {
        before.forEach((name, handler) -> Signal.handle(new Signal(name), handler));
    }

    /** As the main loop does it: until so many orders have come. */
    private List<Order> received(int count) throws InterruptedException {
        List<Order> orders = new ArrayList<>();
        while (orders.size() < count) {
            wakeup.await(LONG, true);
            orders.addAll(signals.take());
        }
        return orders;
    }

    private Order afterRaising(String name) throws InterruptedException {
        Signal.raise(new Signal(name));
        return received(1).get(0);
    }

    @Test
    void eachSignalWakesTheLoopWithItsOrderThoughTheParentIgnoredIt() throws InterruptedException {
        assertThat(afterRaising("HUP")).isEqualTo(Order.RELOAD);
        assertThat(afterRaising("USR1")).isEqualTo(Order.REPORT);
        assertThat(afterRaising("TERM")).isEqualTo(Order.STOP);
        assertThat(afterRaising("INT")).isEqualTo(Order.STOP);
        assertThat(signals.take()).isEmpty();
    }

    @Test
    void aSignalThatMeansNothingIsHarmless() throws InterruptedException {
        Signal.raise(new Signal("ALRM"));
        assertThat(afterRaising("USR1")).isEqualTo(Order.REPORT);
    }

    @Test
    void onlyTheSecondStopHurriesAndItDoesSoWithoutTheLoop() throws InterruptedException {
        CountDownLatch hurried = new CountDownLatch(1);
        signals.onSecondStop(hurried::countDown);
        assertThat(afterRaising("TERM")).isEqualTo(Order.STOP);
        assertThat(hurried.getCount()).isEqualTo(1);
        Signal.raise(new Signal("INT"));
        assertThat(hurried.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(received(1)).containsExactly(Order.STOP);
    }

    @Test
    void toStopNowIsToStopTwice() {
        signals.stopNow();
        assertThat(signals.take()).containsExactly(Order.STOP, Order.STOP);
    }
}
