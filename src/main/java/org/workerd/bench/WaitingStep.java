package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;

/** The same jobs with many others behind them, and as many that are not due and would go first; commands, too. */
record WaitingStep(Site site, Plan plan, InstantSource clock) implements Step {
    @Override
    public String title() {
        return "a long queue";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        List<Double> few = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        NewJob job = NewJob.of("noop").withPayload(EnqueueStep.PAYLOAD);
        int count = plan.javaJobs();
        try (Backlog backlog = new Backlog(site)) {
            Backlog.Ids few1 = backlog.fill(count, job);
            backlog.run();
            few.add(backlog.rate(few1));
            Backlog.Ids first = backlog.fill(count, job);
            backlog.add(plan.waiting(), job);
            backlog.add(
                    plan.waiting(),
                    job.withPriority(50).withRunAt(clock.instant().plus(Duration.ofDays(1))));
            figures.addAll(commands());
            backlog.run();
            many.add(backlog.rate(first));
            Backlog.Ids few2 = backlog.fill(count, job);
            backlog.run();
            few.add(backlog.rate(few2));
        }
        figures.add(
                0,
                new Figure(
                        "java_jobs_waiting",
                        String.format(Locale.ROOT, "no-op Java jobs, %,d waiting", 2 * plan.waiting()),
                        Unit.PER_SECOND,
                        new Samples(many),
                        new Limit("ours, none waiting", new Samples(few))));
        return figures;
    }

    private List<Figure> commands() throws IOException, InterruptedException {
        List<Figure> figures = new ArrayList<>();
        for (String command : List.of("list", "stats")) {
            List<Double> full = new ArrayList<>();
            List<Double> empty = new ArrayList<>();
            site.blank();
            plan.repeat(() -> {
                full.add(Stopwatch.millis(() -> Tool.run(site.line("first", command))));
                empty.add(Stopwatch.millis(() -> Tool.run(site.line("none", command))));
            });
            figures.add(new Figure(
                    command + "_command",
                    command + ", a long queue",
                    Unit.MILLIS,
                    new Samples(full),
                    new Limit("the same, an empty queue", new Samples(empty))));
        }
        return figures;
    }
}
