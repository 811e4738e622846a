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

    /** What people look with; the filters name what is not there, for which a list would have to look at every job. */
    private record Look(String figure, String words) {
        String[] line() {
            return words.split(" ", -1);
        }
    }

    private static final List<Look> LOOKS = List.of(
            new Look("list_command", "list"),
            new Look("list_state_command", "list --state dead"),
            new Look("list_queue_command", "list --queue nightly"),
            new Look("list_name_command", "list --name resize"),
            new Look("list_key_command", "list --key k1"),
            new Look("list_since_command", "list --finished-since 1h"),
            new Look("list_error_command", "list --error refused"),
            new Look("stats_command", "stats"));

    private List<Figure> commands() throws IOException, InterruptedException {
        List<Figure> figures = new ArrayList<>();
        site.blank();
        for (Look look : LOOKS) {
            List<Double> full = new ArrayList<>();
            List<Double> empty = new ArrayList<>();
            String[] words = look.line();
            plan.repeat(() -> {
                full.add(Stopwatch.millis(() -> Tool.run(site.line("first", words))));
                empty.add(Stopwatch.millis(() -> Tool.run(site.line("none", words[0]))));
            });
            figures.add(new Figure(
                    look.figure(),
                    look.words() + ", a long queue",
                    Unit.MILLIS,
                    new Samples(full),
                    new Limit(words[0] + ", an empty queue", new Samples(empty))));
        }
        return figures;
    }
}
