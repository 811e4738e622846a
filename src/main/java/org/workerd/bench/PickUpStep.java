package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.PlainWriter;
import org.workerd.store.SqliteDatabase;

/** How long a job that was stored in an idle queue takes to begin, from when its writer knew that it was stored. */
record PickUpStep(Site site, Plan plan) implements Step {
    /** Long enough for all to be idle again. */
    private static final Duration GAP = Duration.ofMillis(25);

    @Override
    public String title() {
        return "pick-up of jobs";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        List<Figure> figures = new ArrayList<>();
        try (JobQueue queue = JobQueue.open(site.served());
                PlainWriter plain = PlainWriter.open(site.served());
                Marks marks = Marks.open(site.file("pick-up"))) {
            NewJob stamp = NewJob.of("stamp");
            figures.addAll(figures(
                    "pickup_java",
                    "Java handler",
                    () -> stamps(() -> queue.enqueue(stamp).id())));
            figures.addAll(figures(
                    "pickup_sql", "Java handler, by a plain INSERT", () -> stamps(() -> plain.insert("stamp"))));
            figures.addAll(figures("pickup_program", "program (its own start included)", () -> marks(queue, marks)));
        }
        return figures;
    }

    private interface Series {
        List<Double> measure() throws IOException, InterruptedException;
    }

    private interface Enqueuing {
        long id();
    }

    private List<Figure> figures(String name, String title, Series series) throws IOException, InterruptedException {
        List<Double> medians = new ArrayList<>();
        List<Double> worst = new ArrayList<>();
        plan.repeat(() -> {
            Samples millis = new Samples(series.measure());
            medians.add(millis.median());
            worst.add(millis.percentile(99));
        });
        return List.of(
                new Figure(name, "pick-up, " + title + ", median", Unit.MILLIS, new Samples(medians), null),
                new Figure(name + "_p99", "pick-up, " + title + ", p99", Unit.MILLIS, new Samples(worst), null));
    }

    /** The handler leaves the time as its result, which is looked at only when all have run. */
    private List<Double> stamps(Enqueuing enqueuing) throws IOException {
        List<Long> ids = new ArrayList<>();
        List<Long> stored = new ArrayList<>();
        for (int i = 0; i < plan.pickUps(); i++) {
            ids.add(enqueuing.id());
            stored.add(System.nanoTime());
            Stopwatch.pause(GAP);
        }
        List<Double> millis = new ArrayList<>();
        try (JobQueries queries = new SqliteDatabase(site.served(), Duration.ofSeconds(30)).openForReading()) {
            for (int i = 0; i < ids.size(); i++) {
                long id = ids.get(i);
                Stopwatch.await("job " + id + " ends", Duration.ofSeconds(30), () -> queries.find(id)
                        .map(JobView::result)
                        .isPresent());
                String began = queries.find(id).map(JobView::result).orElseThrow();
                millis.add((Long.parseLong(began) - stored.get(i)) / 1e6);
            }
        }
        return millis;
    }

    private List<Double> marks(JobQueue queue, Marks marks) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        NewJob mark = NewJob.of("mark", marks.path());
        for (int i = 0; i < plan.pickUps(); i++) {
            queue.enqueue(mark);
            long stored = System.nanoTime();
            millis.add((marks.next().nanos() - stored) / 1e6);
            Stopwatch.pause(GAP);
        }
        return millis;
    }
}
