package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;

/** From the kill -9 of a daemon until the job that it ran runs again. Leaves no daemon running. */
record RecoveryStep(Site site, Plan plan) implements Step {
    @Override
    public String title() {
        return "recovery from kill -9";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> peer = new ArrayList<>();
        List<Double> restart = new ArrayList<>();
        List<Double> start = new ArrayList<>();
        try (JobQueue queue = JobQueue.open(site.served());
                Marks marks = Marks.open(site.file("recovery"))) {
            plan.repeat(() -> {
                site.first().start();
                site.second().start();
                long killed = killUnderWay(queue, marks);
                peer.add((marks.next().nanos() - killed) / 1e6);

                site.first().start();
                site.second().stop();
                killed = killUnderWay(queue, marks);
                start.add(Stopwatch.millis(site.first()::start));
                restart.add((marks.next().nanos() - killed) / 1e6);
            });
        }
        site.first().stop();
        return List.of(
                new Figure(
                        "recovery_peer", "kill -9 to rerun, by another daemon", Unit.MILLIS, new Samples(peer), null),
                new Figure(
                        "recovery_restart",
                        "kill -9 to rerun, by a new daemon",
                        Unit.MILLIS,
                        new Samples(restart),
                        new Limit("its start until ready", new Samples(start))));
    }

    /** Has a job begin, and kills the daemon that runs it. When. */
    private static long killUnderWay(JobQueue queue, Marks marks) throws IOException, InterruptedException {
        queue.enqueue(NewJob.of("linger", marks.path()));
        long daemon = Long.parseLong(marks.next().line());
        ProcessHandle process = ProcessHandle.of(daemon)
                .orElseThrow(() -> new IOException("the daemon " + daemon + " ended by itself"));
        long now = System.nanoTime();
        if (!process.destroyForcibly()) {
            throw new IOException("cannot kill the daemon " + daemon);
        }
        return now;
    }
}
