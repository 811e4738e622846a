package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;

/** How long the command line takes, from the shell's point of view. Leaves the first daemon running. */
record CommandStep(Site site, Plan plan) implements Step {
    @Override
    public String title() {
        return "commands";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<String> version = List.of(java(), "-version");
        List<Double> starts = new ArrayList<>();
        List<Double> statuses = new ArrayList<>();
        List<Double> enqueues = new ArrayList<>();
        List<Double> jvms = new ArrayList<>();
        List<Double> shells = new ArrayList<>();
        site.first().start();
        plan.repeat(() -> {
            site.first().stop();
            starts.add(Stopwatch.millis(site.first()::start));
        });
        // By now it has nothing more to do, as a daemon mostly has.
        plan.repeat(() -> {
            statuses.add(Stopwatch.millis(() -> Tool.run(site.line("first", "status"))));
            shells.add(Stopwatch.millis(() -> Tool.run(List.of("/bin/sh", "-c", ":"))));
            jvms.add(Stopwatch.millis(() -> Tool.run(version)));
            enqueues.add(Stopwatch.millis(() -> Tool.run(site.line("first", "enqueue", "true"))));
        });
        Limit jvm = new Limit("java -version", new Samples(jvms));
        Limit shell = new Limit("a shell that does nothing", new Samples(shells));
        return List.of(
                new Figure("start", "start, until ready", Unit.MILLIS, new Samples(starts), jvm),
                new Figure("status", "status", Unit.MILLIS, new Samples(statuses), shell),
                new Figure("enqueue_command", "enqueue, the command", Unit.MILLIS, new Samples(enqueues), jvm));
    }

    /** The one that runs us, and so the daemons. */
    static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }
}
