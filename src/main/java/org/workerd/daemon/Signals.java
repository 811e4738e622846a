package org.workerd.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.workerd.unix.Processes;
import org.workerd.worker.attempt.Wakeup;
import sun.misc.Signal;

/**
 * What was signalled to the daemon. A signal is only put in a queue; the main thread acts on it. Java has no other way to
 * a signal than {@code sun.misc.Signal}, which is in jdk.unsupported, in 17 and in 25.
 */
final class Signals {
    /** What the daemon knows to do. */
    enum Order {
        STOP,
        RELOAD,
        REPORT,
        RESTART
    }

    private static final Map<String, Order> ORDERS = Map.of(
            "TERM", Order.STOP,
            "INT", Order.STOP,
            "HUP", Order.RELOAD,
            "USR1", Order.REPORT,
            "USR2", Order.RESTART);
    /** Left alone, it ends any JVM. */
    private static final String HARMLESS = "ALRM";

    private static final int CHILD = 17;

    private final Queue<Order> received = new ConcurrentLinkedQueue<>();

    private final AtomicInteger stops = new AtomicInteger();
    private volatile Runnable secondStop = () -> {};

    /** What is done at once, in another thread, when somebody does not want to wait: the loop may be held up. */
    void onSecondStop(Runnable hurry) {
        secondStop = hurry;
    }

    /** From now on signals are orders, whatever a parent had made of them. */
    void install(Wakeup wakeup) {
        // Ignored, as some parents leave it, the kernel would keep no exit status for us.
        Processes.defaultAction(CHILD);
        handle(HARMLESS, () -> {});
        ORDERS.forEach((name, order) -> handle(name, () -> {
            receive(order);
            wakeup.wake();
        }));
    }

    /** From any thread. */
    void receive(Order order) {
        received.add(order);
        if (order == Order.STOP && stops.incrementAndGet() > 1) {
            secondStop.run();
        }
    }

    /** Somebody does not want to wait any more. */
    boolean isHurried() {
        return stops.get() > 1;
    }

    /** As if it had been told twice to stop. */
    void stopNow() {
        received.addAll(List.of(Order.STOP, Order.STOP));
    }

    /** What came since the last time, in its order. */
    List<Order> take() {
        List<Order> taking = new ArrayList<>();
        for (Order next = received.poll(); next != null; next = received.poll()) {
            taking.add(next);
        }
        return taking;
    }

    boolean isEmpty() {
        return received.isEmpty();
    }

    /** Who asked for a restart, while one was under way, gets that one. */
    void forgetRestarts() {
        received.removeIf(order -> order == Order.RESTART);
    }

    private static void handle(String name, Runnable then) {
        Signal signal = new Signal(name);
        // Java keeps a signal ignored that it found ignored: by nohup, or by a shell's "&".
        Processes.defaultAction(signal.getNumber());
        Signal.handle(signal, received -> then.run());
    }
}
