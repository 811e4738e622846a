package org.workerd.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.eclipse.jetty.server.Request;

/** Every route there is, answered one request after the other on one thread. Thread-safe. */
final class Api implements AutoCloseable {
    private static final int MOST_WAITING = 64;
    private static final int CLOSING_SECONDS = 2;

    private final Room room;
    private final Live live;
    private final Metrics metrics;
    private final List<Route> routes;
    private final AtomicInteger waiting = new AtomicInteger();

    Api(Parts parts, IntSupplier connections) {
        this.room = new Room(parts);
        this.live = new Live(room);
        this.metrics = new Metrics(room, live, connections);
        List<Route> all = new ArrayList<>(routes(room, live, metrics));
        all.addAll(Pages.routes(room));
        this.routes = List.copyOf(all);
    }

    /** Those of the API, then what stands beside it. */
    static List<Route> routes(Room room, Live live, Metrics metrics) {
        List<Route> all = new ArrayList<>();
        all.addAll(new JobRoutes(room, live).routes());
        all.addAll(new EnqueueRoutes(room).routes());
        all.addAll(new ChangeRoutes(room).routes());
        all.addAll(new OutputRoutes(room, live).routes());
        all.addAll(new QueueRoutes(room).routes());
        all.addAll(new OverviewRoutes(room, live).routes());
        all.addAll(new HistoryRoutes(room).routes());
        all.addAll(new HealthRoutes(room, metrics).routes());
        return List.copyOf(all);
    }

    List<Route> routes() {
        return routes;
    }

    /**
     * Answers it when its turn comes.
     *
     * @throws Problem when too many wait
     */
    void submit(Exchange exchange, Route route) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            throw Problem.busy("too many requests wait already");
        }
        Request.addCompletionListener(
                exchange.request(),
                failure -> metrics.count(route, exchange.response().getStatus()));
        try {
            room.thread().execute(() -> {
                waiting.decrementAndGet();
                Room.guarded(exchange, () -> route.answer().to(exchange));
            });
        } catch (RejectedExecutionException closing) {
            waiting.decrementAndGet();
            throw Problem.busy("the daemon stops");
        }
    }

    /** It was not let in, or asked for nothing that there is. */
    void count(Problem problem) {
        metrics.countRefused(problem.type());
    }

    @Override
    public void close() {
        try {
            room.thread().execute(live::close);
            room.close();
            room.thread().awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException closedAlready) {
            // Twice is as good as once.
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        }
    }
}
