package org.workerd.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.workerd.bench.Bench;
import org.workerd.bench.Figure;
import org.workerd.bench.Machine;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Table;
import org.workerd.config.Settings;
import org.workerd.store.QueueUrl;

/** Measures, and tells the figures. Not in the product's jar, but in the bench's. */
final class BenchRun {
    private final Main main;
    private final boolean json;
    private final boolean quick;

    BenchRun(Main main, boolean json, boolean quick) {
        this.main = main;
        this.json = json;
        this.quick = quick;
    }

    /** What could not be measured, and why. */
    record Gap(String title, String reason) {}

    /** The exit status. */
    int measure(Path home) throws IOException, InterruptedException {
        List<Figure> figures = new ArrayList<>();
        List<Gap> gaps = new ArrayList<>();
        try (Bench bench = bench(home)) {
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

    private Bench bench(Path home) throws IOException {
        Settings settings = main.settings().settings();
        Path directory = settings.directory().path();
        return settings.queue() instanceof QueueUrl.Postgres server
                ? Bench.ofServer(server, directory, home, quick, main::now)
                : Bench.of(directory.resolve("queue.db"), home, quick, main::now);
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
