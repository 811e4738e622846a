package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.sqlite.PlainWriter;
import org.workerd.store.sqlite.SqliteEngine;

/** How long a job that was stored in an idle queue takes to begin, from when its writer knew that it was stored. */
record PickUpStep(Site site, Plan plan) implements Step {
    /** Long enough for all to be idle again. */
    private static final Duration GAP = Duration.ofMillis(25);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String title() {
        return "pick-up of jobs";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        try (JobQueue queue = JobQueue.open(site.served());
                PlainWriter plain = PlainWriter.open(site.served());
                BareBell bell = new BareBell(site.file("bell"));
                Marks marks = Marks.open(site.file("pick-up"))) {
            NewJob stamp = NewJob.of("stamp");
            NewJob mark = NewJob.of("mark", marks.path());
            Pair java = new Pair("an inotify event for a new file");
            Pair sql = new Pair(java.limit);
            Pair program = new Pair("the same program, started by hand");
            plan.repeat(() -> {
                java.ours(stamps(() -> queue.enqueue(stamp).id()));
                sql.ours(stamps(() -> plain.insert("stamp")));
                Samples heard = series(bell::ring);
                java.bare(heard);
                sql.bare(heard);
                program.ours(series(() -> after(() -> queue.enqueue(mark), marks)));
                program.bare(series(() -> byHand(marks)));
            });
            List<Figure> figures = new ArrayList<>();
            figures.addAll(java.figures("pickup_java", "pick-up, Java"));
            figures.addAll(sql.figures("pickup_sql", "pick-up, Java, by SQL"));
            figures.addAll(program.figures("pickup_program", "pick-up, program"));
            return figures;
        }
    }

    /** Ours and the limit's, each by its median and its 99th percentile. */
    private static final class Pair {
        private final String limit;
        private final List<Double> medians = new ArrayList<>();
        private final List<Double> worst = new ArrayList<>();
        private final List<Double> bareMedians = new ArrayList<>();
        private final List<Double> bareWorst = new ArrayList<>();

        Pair(String limit) {
            this.limit = limit;
        }

        void ours(Samples millis) {
            medians.add(millis.median());
            worst.add(millis.percentile(99));
        }

        void bare(Samples millis) {
            bareMedians.add(millis.median());
            bareWorst.add(millis.percentile(99));
        }

        List<Figure> figures(String name, String title) {
            return List.of(
                    new Figure(
                            name,
                            title + ", median",
                            Unit.MILLIS,
                            new Samples(medians),
                            new Limit(limit, new Samples(bareMedians))),
                    new Figure(
                            name + "_p99",
                            title + ", p99",
                            Unit.MILLIS,
                            new Samples(worst),
                            new Limit(limit, new Samples(bareWorst))));
        }
    }

    private interface Sample {
        double millis() throws IOException, InterruptedException;
    }

    private Samples series(Sample sample) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < plan.pickUps(); i++) {
            Stopwatch.pause(GAP);
            millis.add(sample.millis());
        }
        return new Samples(millis);
    }

    private static double after(Runnable enqueuing, Marks marks) throws IOException, InterruptedException {
        enqueuing.run();
        long stored = System.nanoTime();
        return (marks.next().nanos() - stored) / 1e6;
    }

    private double byHand(Marks marks) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Process program = Tool.builder(List.of(site.file("handlers/mark").toString(), marks.path()))
                .start();
        double millis = (marks.next().nanos() - begun) / 1e6;
        program.waitFor();
        return millis;
    }

    private interface Enqueuing {
        long id();
    }

    /** A job that was stored, and when its writer knew. */
    private record Stored(long id, long nanos) {}

    /** The handler leaves the time as its result, which is looked at only when all have run. */
    private Samples stamps(Enqueuing enqueuing) throws IOException {
        List<Stored> jobs = new ArrayList<>();
        for (int i = 0; i < plan.pickUps(); i++) {
            Stopwatch.pause(GAP);
            jobs.add(new Stored(enqueuing.id(), System.nanoTime()));
        }
        List<Double> millis = new ArrayList<>();
        try (JobQueries queries = new SqliteEngine(site.served(), PATIENCE).openForReading()) {
            for (Stored job : jobs) {
                Stopwatch.await("job " + job.id() + " ends", PATIENCE, () -> queries.find(job.id())
                        .map(JobView::result)
                        .isPresent());
                String began = queries.find(job.id()).map(JobView::result).orElseThrow();
                millis.add((Long.parseLong(began) - job.nanos()) / 1e6);
            }
        }
        return new Samples(millis);
    }
}
