package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;
import org.workerd.store.sqlite.BareLoops;
import org.workerd.store.sqlite.PlainWriter;

/** Jobs for a Java handler that does nothing, through the daemon: all wait, then all are let go. */
final class JavaStep implements Step {
    private static final int EACH = 100;
    private static final int ROWS_EACH = 1000;
    private static final String LARGE = "{\"of\": \"" + "x".repeat(2038) + "\"}";

    private final Site site;
    private final Plan plan;
    private final Run small = new Run(EnqueueStep.PAYLOAD);
    private final Run large = new Run(LARGE);
    private final List<Double> rows = new ArrayList<>();
    private final List<Double> rowsOfJobs = new ArrayList<>();

    JavaStep(Site site, Plan plan) {
        this.site = site;
        this.plan = plan;
    }

    /** What was measured of jobs with one payload: rates a second, and microseconds of CPU a job. */
    private record Run(String payload, List<Double> ours, List<Double> bare, List<Double> cpu, List<Double> bareCpu) {
        Run(String payload) {
            this(payload, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    @Override
    public String title() {
        return "jobs in Java";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        try (Backlog backlog = new Backlog(site);
                BareLoops bare = BareLoops.create(site.file("claims.db"));
                PlainWriter queue = PlainWriter.open(site.lone())) {
            backlog.warmUp(6 * plan.javaJobs(), NewJob.of("noop").withPayload(EnqueueStep.PAYLOAD));
            plan.repeat(() -> {
                run(backlog, bare, small);
                run(backlog, bare, large);
                int count = plan.javaJobs();
                rows.add(count / Stopwatch.seconds(() -> bare.insert(count, ROWS_EACH, EnqueueStep.PAYLOAD)));
                rowsOfJobs.add(count / Stopwatch.seconds(() -> insert(queue, count)));
            });
        }
        return figures();
    }

    private static void insert(PlainWriter queue, int count) {
        for (int done = 0; done < count; done += ROWS_EACH) {
            queue.insert(Math.min(ROWS_EACH, count - done), "noop", EnqueueStep.PAYLOAD);
        }
    }

    private void run(Backlog backlog, BareLoops bare, Run run) throws IOException, InterruptedException {
        int count = plan.javaJobs();
        Backlog.Ids ids = backlog.fill(count, NewJob.of("noop").withPayload(run.payload()));
        String pid = site.first().pid();
        double before = Usage.cpu(pid, false);
        backlog.run();
        run.cpu().add(Math.max(1, 1e6 * (Usage.cpu(pid, false) - before) / count));
        run.ours().add(backlog.rate(ids));
        bare.fill(count, run.payload());
        double bareBefore = Usage.cpuOfThisThread();
        run.bare().add(count / Stopwatch.seconds(() -> bare.claimAndFinish(count, EACH)));
        run.bareCpu().add(1e6 * (Usage.cpuOfThisThread() - bareBefore) / count);
    }

    private List<Figure> figures() throws IOException {
        String bare = "bare claim and finish, " + EACH + " a transaction";
        Samples ours = new Samples(small.ours());
        Samples ours2k = new Samples(large.ours());
        return List.of(
                rate("java_jobs", "no-op Java jobs", ours, new Limit(bare, new Samples(small.bare()))),
                rate(
                        "java_jobs_to_rows",
                        "no-op Java jobs",
                        ours,
                        new Limit("bare INSERT of the same row, 1,000 a transaction", new Samples(rows))),
                rate(
                        "java_jobs_to_jobs",
                        "no-op Java jobs",
                        ours,
                        new Limit("bare INSERT of the row into jobs, 1,000 a transaction", new Samples(rowsOfJobs))),
                rate(
                        "java_jobs_2k",
                        "no-op Java jobs, 2 KB payloads",
                        ours2k,
                        new Limit(bare + ", 2 KB", new Samples(large.bare()))),
                rate(
                        "java_jobs_2k_to_100",
                        "no-op Java jobs, 2 KB payloads",
                        ours2k,
                        new Limit("ours, 100 bytes", ours)),
                new Figure(
                        "java_cpu",
                        "CPU a no-op Java job",
                        Unit.MICROS,
                        new Samples(small.cpu()),
                        new Limit(bare, new Samples(small.bareCpu()))),
                new Figure(
                        "loaded_rss",
                        "busy daemon, memory (RSS)",
                        Unit.MEGABYTES,
                        new Samples(List.of(Usage.residentMegabytes(site.first().pid()))),
                        null));
    }

    private static Figure rate(String name, String title, Samples ours, Limit limit) {
        return new Figure(name, title, Unit.PER_SECOND, ours, limit);
    }
}
