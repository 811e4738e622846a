package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.workerd.bench.Figure.Limit;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;
import org.workerd.store.sqlite.BareLoops;

/** Jobs stored one by one, each on the disk before the next, in a queue that nobody serves. */
record EnqueueStep(Site site, Plan plan) implements Step {
    private static final int THREADS = 16;
    static final String PAYLOAD = "{\"of\": \"" + "x".repeat(90) + "\"}";

    @Override
    public String title() {
        return "enqueueing one by one";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> alone = new ArrayList<>();
        List<Double> aloneBare = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        List<Double> manyBare = new ArrayList<>();
        NewJob job = NewJob.of("noop").withPayload(PAYLOAD);
        try (JobQueue queue = JobQueue.open(site.lone());
                BareLoops bare = BareLoops.create(site.file("singles.db"))) {
            plan.repeat(() -> {
                alone.add(rate(1, thread -> queue.enqueue(job)));
                aloneBare.add(rate(1, thread -> bare.insert(PAYLOAD)));
                many.add(rate(THREADS, thread -> queue.enqueue(job)));
                manyBare.add(rate(THREADS, thread -> bare.insert(PAYLOAD)));
            });
        }
        return List.of(
                new Figure(
                        "enqueue_single",
                        "enqueue, one by one",
                        Unit.PER_SECOND,
                        new Samples(alone),
                        new Limit("bare INSERT, one row a transaction", new Samples(aloneBare))),
                new Figure(
                        "enqueue_threads",
                        "enqueue, one by one, " + THREADS + " threads",
                        Unit.PER_SECOND,
                        new Samples(many),
                        new Limit(
                                "bare INSERT by " + THREADS + " threads, a transaction each", new Samples(manyBare))));
    }

    private double rate(int threads, Once once) throws IOException, InterruptedException {
        return rate(threads, plan.singles(), once);
    }

    /** What each of some threads does, which are numbered from 0. */
    interface Once {
        void run(int thread);
    }

    /** How often a second so many threads do it together. */
    static double rate(int threads, int singles, Once once) throws IOException, InterruptedException {
        // Enough that the start of the threads does not count.
        int each = Math.max(1, singles / Math.min(threads, 2));
        CountDownLatch ended = new CountDownLatch(threads);
        double seconds = Stopwatch.seconds(() -> {
            for (int i = 0; i < threads; i++) {
                int number = i;
                Thread thread = new Thread(() -> {
                    try {
                        for (int j = 0; j < each; j++) {
                            once.run(number);
                        }
                    } finally {
                        ended.countDown();
                    }
                });
                thread.setDaemon(true);
                thread.start();
            }
            ended.await();
        });
        return threads * each / seconds;
    }
}
