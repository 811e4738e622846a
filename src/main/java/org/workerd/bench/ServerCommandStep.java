package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.workerd.bench.Figure.Limit;

/** How long the command line takes with a server, and with a file. */
record ServerCommandStep(ServerSite site, Plan plan) implements Step {
    @Override
    public String title() {
        return "commands";
    }

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> server = new ArrayList<>();
        List<Double> file = new ArrayList<>();
        Path queue = site.local().lone();
        plan.repeat(() -> {
            server.add(Stopwatch.millis(() -> enqueue(site.first().name())));
            file.add(Stopwatch.millis(() -> enqueue("nobody")));
        });
        return List.of(new Figure(
                "server_enqueue_command",
                "enqueue, the command",
                Unit.MILLIS,
                new Samples(server),
                new Limit("the same with the queue in " + queue.getFileName(), new Samples(file))));
    }

    private void enqueue(String configuration) throws IOException, InterruptedException {
        Tool.run(site.local().line(configuration, "enqueue", "true"));
    }
}
