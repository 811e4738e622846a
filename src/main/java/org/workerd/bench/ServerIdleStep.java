package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.workerd.store.postgres.PostgresBareLoops;

/**
 * How often a daemon that has nothing to do asks the server something, beyond what the server does for itself. Leaves it
 * running.
 */
record ServerIdleStep(ServerSite site, Plan plan) implements Step {
    /** Beyond the time that is measured: a daemon sleeps by then. A session's counts may come ten seconds late. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    @Override
    public String title() {
        return "an idle daemon of the server";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        try (PostgresBareLoops loops = site.bare()) {
            loops.forgetJobs();
            double without = count(loops);
            site.first().start();
            double with = count(loops);
            return List.of(new Figure(
                    "server_idle_transactions",
                    "idle daemon, transactions of its database",
                    Unit.PER_SECOND,
                    new Samples(List.of(Math.max(0, with - without))),
                    null));
        }
    }

    /** Transactions a second, once what was before is counted. */
    private double count(PostgresBareLoops loops) throws IOException, InterruptedException {
        Stopwatch.pause(plan.idle().plus(SETTLING));
        long before = loops.transactions();
        double seconds = Stopwatch.seconds(() -> Stopwatch.pause(plan.idle()));
        // The first look counts as one.
        return (loops.transactions() - before - 1) / seconds;
    }
}
