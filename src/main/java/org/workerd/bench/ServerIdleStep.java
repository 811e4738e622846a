package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.workerd.store.postgres.PostgresBareLoops;

/** How often a daemon that has nothing to do asks the server something. Leaves it running. */
record ServerIdleStep(ServerSite site, Plan plan) implements Step {
    /** After a second without work a daemon sleeps, and the server's counts are up to date. */
    private static final Duration SETTLING = Duration.ofSeconds(3);

    @Override
    public String title() {
        return "an idle daemon of the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        try (PostgresBareLoops loops = site.bare()) {
            loops.forgetJobs();
            site.first().start();
            Stopwatch.pause(SETTLING);
            long before = loops.transactions();
            double seconds = Stopwatch.seconds(() -> Stopwatch.pause(plan.idle()));
            // The first look counts as one.
            long count = loops.transactions() - before - 1;
            return List.of(new Figure(
                    "server_idle_transactions",
                    "idle daemon, transactions of its database",
                    Unit.PER_SECOND,
                    new Samples(List.of(Math.max(0, count) / seconds)),
                    null));
        }
    }
}
