package org.workerd.bench;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;
import org.workerd.store.postgres.PostgresBareLoops;

/** Jobs for a Java handler that does nothing, through one daemon and through two: all wait, then all are let go. */
record ServerJavaStep(ServerSite site, Plan plan, InstantSource clock) implements Step {
    private static final int EACH = 500;
    /** By then the compilers of a daemon have little left to do. */
    private static final int WARM_UP = 4;

    @Override
    public String title() {
        return "jobs in Java on the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> one = new ArrayList<>();
        List<Double> two = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        NewJob noop = NewJob.of("noop").withPayload(EnqueueStep.PAYLOAD);
        clearAway();
        site.first().start();
        try (ServerBacklog backlog = new ServerBacklog(site, clock);
                PostgresBareLoops loops = site.bare()) {
            backlog.rate(WARM_UP * plan.javaJobs(), noop);
            plan.repeat(() -> {
                one.add(backlog.rate(plan.javaJobs(), noop));
                bare.add(bare(loops));
            });
            site.second().start();
            backlog.rate(WARM_UP * plan.javaJobs(), noop);
            plan.repeat(() -> two.add(backlog.rate(plan.javaJobs(), noop)));
        } finally {
            site.second().stop();
        }
        return List.of(
                new Figure(
                        "server_java_jobs",
                        "no-op Java jobs",
                        Unit.PER_SECOND,
                        new Samples(one),
                        new Limit("bare claim and finish, " + EACH + " a transaction", new Samples(bare))),
                new Figure(
                        "server_java_jobs_two",
                        "no-op Java jobs, two daemons",
                        Unit.PER_SECOND,
                        new Samples(two),
                        new Limit("ours, one daemon", new Samples(one))));
    }

    /** Jobs that other steps left waiting. */
    private void clearAway() {
        try (PostgresBareLoops loops = site.bare()) {
            loops.forgetJobs();
        }
    }

    private double bare(PostgresBareLoops loops) throws IOException, InterruptedException {
        loops.fill(plan.javaJobs(), EnqueueStep.PAYLOAD);
        return plan.javaJobs() / Stopwatch.seconds(() -> loops.claimAndFinish(EACH));
    }
}
