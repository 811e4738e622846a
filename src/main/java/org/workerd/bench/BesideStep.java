package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.client.JobQueue;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.store.sqlite.PlainWriter;

/** How long the slowest one in a hundred jobs takes to be stored while a daemon writes as fast as it can. */
record BesideStep(Site site, Plan plan) implements Step {
    private static final Duration GAP = Duration.ofMillis(5);

    @Override
    public String title() {
        return "enqueueing beside a busy daemon";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        NewJob job = NewJob.of("noop");
        try (JobQueue queue = JobQueue.open(site.served());
                PlainWriter plain = PlainWriter.open(site.served());
                Backlog backlog = new Backlog(site)) {
            return List.of(
                    figure("beside", "enqueue beside a busy daemon, p99", backlog, () -> queue.enqueue(job)),
                    figure("beside_sql", "INSERT beside a busy daemon, p99", backlog, () -> plain.insert("noop")));
        }
    }

    private Figure figure(String name, String title, Backlog backlog, Runnable enqueue)
            throws IOException, InterruptedException {
        List<Double> busy = new ArrayList<>();
        List<Double> idle = new ArrayList<>();
        plan.repeat(() -> {
            backlog.fill(4 * plan.javaJobs(), NewJob.of("noop").withPayload(EnqueueStep.PAYLOAD));
            backlog.letGo();
            busy.add(worst(enqueue, backlog, true));
            backlog.awaitEnd();
            idle.add(worst(enqueue, backlog, false));
        });
        return new Figure(
                name, title, Unit.MILLIS, new Samples(busy), new Limit("beside an idle daemon", new Samples(idle)));
    }

    /** As long as it is busy, at most twice as often as a pick-up is measured. */
    private double worst(Runnable enqueue, Backlog backlog, boolean busy) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        do {
            millis.add(Stopwatch.millis(enqueue::run));
            Stopwatch.pause(GAP);
        } while (millis.size() < 2 * plan.pickUps() && (!busy || backlog.count(JobState.READY) > 0));
        return new Samples(millis).percentile(99);
    }
}
