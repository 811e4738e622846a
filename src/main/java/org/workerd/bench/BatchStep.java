package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.workerd.bench.Figure.Limit;
import org.workerd.store.sqlite.PlainWriter;

/** {@code workerd enqueue --batch}, as a user runs it: less what the same command takes for a single line. */
record BatchStep(Site site, Plan plan) implements Step {
    private static final String LINE = "{\"name\":\"noop\",\"payload\":" + EnqueueStep.PAYLOAD + "}";

    @Override
    public String title() {
        return "enqueueing a batch";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        Path batch = site.file("batch.jsonl");
        Path line = site.file("line.jsonl");
        Files.write(batch, Collections.nCopies(plan.rows() + 1, LINE));
        Files.write(line, List.of(LINE));
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        try (PlainWriter plain = PlainWriter.open(site.lone())) {
            plan.repeat(() -> {
                double one = Stopwatch.seconds(() -> enqueue(line));
                double all = Stopwatch.seconds(() -> enqueue(batch));
                // Noise can make the one slower than all of a short batch.
                ours.add(plan.rows() / Math.max(all - one, all / 10));
                bare.add(plan.rows() / Stopwatch.seconds(() -> plain.insert(plan.rows(), "noop", EnqueueStep.PAYLOAD)));
            });
        }
        return List.of(new Figure(
                "enqueue_batch",
                "enqueue --batch",
                Unit.PER_SECOND,
                new Samples(ours),
                new Limit("the same INSERTs by a bare loop, in one transaction", new Samples(bare))));
    }

    private void enqueue(Path file) throws IOException, InterruptedException {
        Tool.run(site.line("nobody", "enqueue", "-q", "--batch", file.toString()));
    }
}
