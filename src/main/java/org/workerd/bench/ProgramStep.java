package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;

/** Jobs that run {@code /bin/true}, beside what starts programs and does nothing else. */
record ProgramStep(Site site, Plan plan) implements Step {
    /** A daemon lives long: by then its compilers have little left to do. */
    private static final int WARM_UP = 20;

    @Override
    public String title() {
        return "programs as jobs";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        site.first().start();
        Xargs xargs = Xargs.of(site, plan.programs());
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        List<Double> bareCpu = new ArrayList<>();
        try (Backlog backlog = new Backlog(site)) {
            backlog.warmUp(WARM_UP * plan.programs(), NewJob.of("true", "1"));
            plan.repeat(() -> {
                int count = plan.programs();
                Backlog.Ids ids = backlog.fill(count, NewJob.of("true", "1"));
                String pid = site.first().pid();
                double before = Usage.cpu(pid, true);
                backlog.run();
                cpu.add(1e6 * (Usage.cpu(pid, true) - before) / count);
                ours.add(backlog.rate(ids));
                double bareBefore = Usage.cpuOfChildren("self");
                bare.add(xargs.run());
                bareCpu.add(1e6 * (Usage.cpuOfChildren("self") - bareBefore) / count);
            });
        }
        return List.of(
                new Figure(
                        "program_jobs",
                        "program jobs (/bin/true)",
                        Unit.PER_SECOND,
                        new Samples(ours),
                        new Limit(Xargs.title(), new Samples(bare))),
                new Figure(
                        "program_cpu",
                        "CPU a program job",
                        Unit.MICROS,
                        new Samples(cpu),
                        new Limit(Xargs.title(), new Samples(bareCpu))));
    }
}
