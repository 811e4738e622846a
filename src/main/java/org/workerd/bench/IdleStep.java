package org.workerd.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.workerd.bench.Figure.Limit;

/** What a daemon uses that has nothing to do, a fresh one. Leaves it running. */
record IdleStep(Site site, Plan plan) implements Step {
    @Override
    public String title() {
        return "an idle daemon";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().stop();
        site.first().start();
        Process bare = Tool.builder(List.of(
                        CommandStep.java(),
                        "-XX:+UseSerialGC",
                        "-Xms8m",
                        "-Xss256k",
                        "-Xshare:auto",
                        "-cp",
                        site.classPath(),
                        IdleJvm.class.getName()))
                .start();
        try {
            Stopwatch.pause(Duration.ofSeconds(1));
            String us = site.first().pid();
            String them = Long.toString(bare.pid());
            Map<String, Long> usBefore = Usage.cpuOfThreads(us);
            Map<String, Long> themBefore = Usage.cpuOfThreads(them);
            double seconds = Stopwatch.seconds(() -> Stopwatch.pause(plan.idle()));
            return List.of(
                    new Figure(
                            "idle_cpu",
                            "idle daemon, CPU",
                            Unit.PERCENT,
                            once(100 * Usage.cpuOfThreadsSince(usBefore, us) / seconds),
                            new Limit("an idle JVM", once(100 * Usage.cpuOfThreadsSince(themBefore, them) / seconds))),
                    new Figure(
                            "idle_rss",
                            "idle daemon, memory (RSS)",
                            Unit.MEGABYTES,
                            once(Usage.residentMegabytes(us)),
                            new Limit("an idle JVM", once(Usage.residentMegabytes(them)))));
        } finally {
            bare.destroyForcibly();
        }
    }

    private static Samples once(double value) {
        return new Samples(List.of(value));
    }
}
