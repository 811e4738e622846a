package org.workerd.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.workerd.bench.Bench;
import org.workerd.bench.Figure;
import org.workerd.bench.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd bench}. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measure what workerd reaches on this machine, beside what the machine gives.",
            "",
            "It makes a private installation in a scratch directory beside the configured queue, lets its daemons run"
                    + " real jobs there, and removes it. The configured queue and its daemon are not touched, but share"
                    + " the disk: what they do meanwhile shows in the figures. It takes up to three minutes and 1 GiB.",
            "",
            "Each figure is the median of repeats and stands beside its limit, taken in the same run: what a bare loop"
                    + " of SQL or a bare tool reaches, which promises nothing. RATIO is ours to the limit's.",
            "",
            "Jobs a second are from the first job's start to the last one's end; the jobs wait until all are let go."
                    + " Pick-up is from the moment at which a job's writer knows that it is stored until the handler's"
                    + " first instruction; a program's is in a script, so the start of /bin/sh is in it. CPU a program"
                    + " job is the program's and the daemon's; kill -9 to rerun ends with the job's first instruction."
        },
        footer = {"", "Examples:", "  workerd bench", "  workerd bench --json >figures.json"})
final class RunBench implements Callable<Integer> {
    private final Main main;

    @Option(names = "--json", description = "as one JSON document, with every repeat")
    boolean json;

    @Option(names = "--quick", description = "in seconds, only to see that all can be measured")
    boolean quick;

    RunBench(Main main) {
        this.main = main;
    }

    /** What could not be measured, and why. */
    record Gap(String title, String reason) {}

    @Override
    public Integer call() throws Exception {
        Path queue = main.settings().settings().directory().path().resolve("queue.db");
        List<Figure> figures = new ArrayList<>();
        List<Gap> gaps = new ArrayList<>();
        try (Bench bench = Bench.of(queue, home(), quick, main::now)) {
            // For a Ctrl-C, at which this thread just stops.
            Thread hook = new Thread(() -> close(bench));
            Runtime.getRuntime().addShutdownHook(hook);
            measure(bench, figures, gaps);
            main.console().progress("");
            if (json) {
                new BenchJson(bench.machine(), quick, figures, gaps)
                        .print(main.console().data());
            } else {
                print(bench.machine(), figures);
            }
            main.console().flush();
        }
        gaps.forEach(gap -> main.console().say("workerd: cannot measure " + gap.title() + ": " + gap.reason()));
        return gaps.isEmpty() ? 0 : ExitCode.FAILED.status();
    }

    private static Path home() {
        String home = System.getProperty("workerd.home");
        if (home == null) {
            throw Failure.ofLauncher("bench");
        }
        return Path.of(home);
    }

    private void measure(Bench bench, List<Figure> figures, List<Gap> gaps) throws InterruptedException {
        int number = 0;
        for (Bench.Part part : bench.parts()) {
            number++;
            main.console().progress("Measuring " + number + "/" + bench.parts().size() + ": " + part.title() + " …");
            Bench.Result result = part.measure();
            figures.addAll(result.figures());
            if (result.failure() != null) {
                gaps.add(new Gap(
                        part.title(),
                        String.valueOf(Failures.of(result.failure()).getMessage())));
            }
        }
    }

    private void print(Machine machine, List<Figure> figures) {
        Console console = main.console();
        machineLines(machine).forEach(console::data);
        console.data("");
        Table table = new Table("FIGURE", "OURS", "LIMIT", "RATIO", "THE LIMIT IS");
        for (Figure figure : figures) {
            Figure.Limit limit = figure.limit();
            Double ratio = figure.ratio();
            table.row(
                    figure.title(),
                    figure.unit().format(figure.ours().median()),
                    limit == null ? "-" : figure.unit().format(limit.samples().median()),
                    ratio == null ? "-" : String.format(Locale.ROOT, "%.2f", ratio),
                    limit == null ? "-" : limit.title());
        }
        console.print(table);
        if (quick) {
            console.hint("These are of one short run: they show that all can be measured, and little else.");
        }
    }

    private static List<String> machineLines(Machine machine) {
        return List.of(
                machine.processors() + " × " + machine.model() + ", " + machine.memoryMegabytes() + " MB",
                "Linux " + machine.kernel() + ", " + machine.java() + ", " + machine.disk());
    }

    private static void close(Bench bench) {
        try {
            bench.close();
        } catch (IOException left) {
            // Whoever stopped us has gone on; what is left says by its name whose it is.
        }
    }
}
