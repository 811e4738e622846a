package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;

/** The first jobs of a daemon that has just started: its classes are still being loaded and compiled. */
record ColdStep(Site site, Plan plan) implements Step {
    @Override
    public String title() {
        return "programs as the first jobs of a daemon";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        int count = 2 * plan.programs();
        Xargs xargs = Xargs.of(site, count);
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        try (Backlog backlog = new Backlog(site)) {
            plan.repeat(() -> {
                site.first().stop();
                Backlog.Ids ids = backlog.fill(count, NewJob.of("true", "1"));
                site.first().start();
                backlog.run();
                ours.add(backlog.rate(ids));
                bare.add(xargs.run());
            });
        }
        return List.of(new Figure(
                "program_jobs_cold",
                "the same, first " + count + " of a daemon",
                Unit.PER_SECOND,
                new Samples(ours),
                new Limit(Xargs.title(), new Samples(bare))));
    }
}
