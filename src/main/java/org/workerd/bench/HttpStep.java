package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;

/** Jobs stored over HTTP by a daemon that runs none of them, beside programs that store them themselves. */
record HttpStep(Site site, Plan plan) implements Step {
    private static final int CLIENTS = 16;

    @Override
    public String title() {
        return "enqueueing over HTTP";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> asked = new ArrayList<>();
        List<Double> own = new ArrayList<>();
        NewJob job = NewJob.of("noop").withPayload(EnqueueStep.PAYLOAD);
        Path stored = site.askedQueue();
        site.asked().start();
        try (JobQueue queue = JobQueue.open(stored);
                HttpCallers callers = site.callers(CLIENTS)) {
            // The first ones are slow: much of it is loaded and compiled with them.
            double unused = rate(callers::store);
            plan.repeat(() -> {
                asked.add(rate(callers::store));
                own.add(rate(client -> queue.enqueue(job)));
            });
        } finally {
            site.asked().stop();
        }
        return List.of(new Figure(
                "http_enqueue",
                "enqueue over HTTP, one by one, " + CLIENTS + " clients",
                Unit.PER_SECOND,
                new Samples(asked),
                new Limit("JobQueue, " + CLIENTS + " threads", new Samples(own))));
    }

    private double rate(EnqueueStep.Once once) throws IOException, InterruptedException {
        return EnqueueStep.rate(CLIENTS, plan.singles(), once);
    }
}
