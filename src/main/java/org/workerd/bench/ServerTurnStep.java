package org.workerd.bench;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.Claim;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.store.JobStore;
import org.workerd.store.Moves.Finish;
import org.workerd.store.Moves.Runner;
import org.workerd.store.postgres.PostgresBareLoops;

/** What a daemon does with a server when handlers take no time: it claims jobs, and ends them as it claims the next. */
record ServerTurnStep(ServerSite site, Plan plan, InstantSource clock) implements Step {
    private static final int EACH = 500;
    private static final Verdict DONE = new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), null);

    @Override
    public String title() {
        return "claiming and finishing on the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        plan.repeat(() -> {
            ours.add(ours());
            bare.add(bare());
        });
        return List.of(new Figure(
                "server_claim_and_finish",
                "claim and finish, " + EACH + " a transaction",
                Unit.PER_SECOND,
                new Samples(ours),
                new Limit("bare DELETE ... RETURNING loop", new Samples(bare))));
    }

    private double ours() throws IOException, InterruptedException {
        List<NewJob> jobs = Collections.nCopies(
                plan.javaJobs(),
                NewJob.named("noop").payload(EnqueueStep.PAYLOAD).build());
        // What other steps have left would be claimed, too.
        try (PostgresBareLoops loops = site.bare()) {
            loops.forgetJobs();
        }
        try (JobStore store = site.store()) {
            store.transaction(moves -> moves.enqueue(jobs));
            long daemon = store.transaction(moves -> moves.register(0, "bench", EACH, clock.instant()));
            return plan.javaJobs() / Stopwatch.seconds(() -> drain(store, daemon));
        }
    }

    private void drain(JobStore store, long daemon) {
        List<Claim> claimed = List.of();
        do {
            List<Claim> ended = claimed;
            Instant now = clock.instant();
            claimed = store.transaction(moves -> {
                if (!ended.isEmpty()) {
                    moves.finish(
                            ended.stream()
                                    .map(claim -> new Finish(claim, DONE, now))
                                    .toList(),
                            new Runner(0, "bench"));
                }
                return moves.claim(daemon, moves.lanesWithReady(), EACH, now);
            });
        } while (!claimed.isEmpty());
    }

    private double bare() throws IOException, InterruptedException {
        try (PostgresBareLoops loops = site.bare()) {
            loops.fill(plan.javaJobs(), EnqueueStep.PAYLOAD);
            return plan.javaJobs() / Stopwatch.seconds(() -> loops.claimAndFinish(EACH));
        }
    }
}
