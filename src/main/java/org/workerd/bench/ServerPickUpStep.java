package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;

/** How long a job takes to begin, from when its writer knew that it was committed, while the daemon sleeps. */
record ServerPickUpStep(ServerSite site, Plan plan) implements Step {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** A daemon sleeps again by then. */
    private static final Duration GAP = Duration.ofMillis(50);
    /** The first ones compile what the others run. */
    private static final int WARM_UP = 100;

    @Override
    public String title() {
        return "pick-up of jobs from the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> medians = new ArrayList<>();
        List<Double> worst = new ArrayList<>();
        site.first().start();
        try (JobStore store = site.store();
                JobQueries queries = site.queries()) {
            stamps(store, queries, Math.min(WARM_UP, 10 * plan.pickUps()), Duration.ofMillis(1));
            plan.repeat(() -> {
                Samples millis = stamps(store, queries, plan.pickUps(), GAP);
                medians.add(millis.median());
                worst.add(millis.percentile(99));
            });
        }
        return List.of(
                new Figure("server_pickup_java", "pick-up, Java, median", Unit.MILLIS, new Samples(medians), null),
                new Figure("server_pickup_java_p99", "pick-up, Java, p99", Unit.MILLIS, new Samples(worst), null));
    }

    /** A job that was stored, and when its writer knew. */
    private record Stored(long id, long nanos) {}

    /** The handler leaves the time as its result, which is looked at only when all have run. */
    private static Samples stamps(JobStore store, JobQueries queries, int count, Duration gap) throws IOException {
        NewJob stamp = NewJob.of("stamp");
        List<Stored> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Stopwatch.pause(gap);
            long id = store.transaction(moves -> moves.enqueue(stamp)).id();
            jobs.add(new Stored(id, System.nanoTime()));
        }
        List<Double> millis = new ArrayList<>();
        for (Stored job : jobs) {
            Stopwatch.await("job " + job.id() + " ends", PATIENCE, () -> queries.find(job.id())
                    .map(JobView::result)
                    .isPresent());
            String began = queries.find(job.id()).map(JobView::result).orElseThrow();
            millis.add((Long.parseLong(began) - job.nanos()) / 1e6);
        }
        return new Samples(millis);
    }
}
