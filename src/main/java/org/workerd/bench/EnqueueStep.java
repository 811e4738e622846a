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
                alone.add(rate(1, () -> queue.enqueue(job)));
                aloneBare.add(rate(1, () -> bare.insert(PAYLOAD)));
                many.add(rate(THREADS, () -> queue.enqueue(job)));
                manyBare.add(rate(THREADS, () -> bare.insert(PAYLOAD)));
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

    /** How often a second so many threads do it together. */
    private double rate(int threads, Runnable once) throws IOException, InterruptedException {
        // Enough that the start of the threads does not count.
        int each = Math.max(1, plan.singles() / Math.min(threads, 2));
        CountDownLatch ended = new CountDownLatch(threads);
        double seconds = Stopwatch.seconds(() -> {
            for (int i = 0; i < threads; i++) {
                Thread thread = new Thread(() -> {
                    for (int j = 0; j < each; j++) {
                        once.run();
                    }
                    ended.countDown();
                });
                thread.setDaemon(true);
                thread.start();
            }
            ended.await();
        });
        return threads * each / seconds;
    }
}
