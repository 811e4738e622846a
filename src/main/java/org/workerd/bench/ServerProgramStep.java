package org.workerd.bench;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;

/** Jobs that run {@code /bin/true}, from the server and from a file. */
record ServerProgramStep(ServerSite site, Plan plan, InstantSource clock) implements Step {
    private static final int WARM_UP = 5;

    @Override
    public String title() {
        return "programs as jobs on the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> server = new ArrayList<>();
        List<Double> file = new ArrayList<>();
        NewJob job = NewJob.of("true", "1");
        site.first().start();
        site.local().first().start();
        try (ServerBacklog ours = new ServerBacklog(site, clock);
                Backlog theirs = new Backlog(site.local())) {
            ours.rate(WARM_UP * plan.programs(), job);
            theirs.warmUp(WARM_UP * plan.programs(), job);
            plan.repeat(() -> {
                server.add(ours.rate(plan.programs(), job));
                Backlog.Ids ids = theirs.fill(plan.programs(), job);
                theirs.run();
                file.add(theirs.rate(ids));
            });
        }
        return List.of(new Figure(
                "server_program_jobs",
                "program jobs (/bin/true)",
                Unit.PER_SECOND,
                new Samples(server),
                new Limit("the same with the queue in a file", new Samples(file))));
    }
}
