package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.store.QueueUrl;

/**
 * Measures, part by part, what an installation reaches on the disk of a queue, in a scratch directory of its own; the
 * queue and its daemon are not touched. Closing it leaves nothing. One thread measures; any may close.
 */
public final class Bench implements AutoCloseable {
    private final Machine machine;
    private final AutoCloseable site;
    private final List<Part> parts;

    private Bench(Machine machine, AutoCloseable site, List<Part> parts) {
        this.machine = machine;
        this.site = site;
        this.parts = parts;
    }

    /**
     * Ready to measure.
     *
     * @param queue whose disk it is about; need not exist
     * @param home of the installation that is measured
     * @param quick only to see that everything can be measured
     * @throws IOException when its disk has no room for it, or may not be written to
     */
    public static Bench of(Path queue, Path home, boolean quick, InstantSource clock) throws IOException {
        Plan plan = (quick ? Plan.QUICK : Plan.FULL).beginning(System.nanoTime());
        Site site = Site.make(queue, home, plan.room(), clock);
        List<Step> steps = List.of(
                new CommandStep(site, plan),
                new IdleStep(site, plan),
                new PickUpStep(site, plan),
                new EnqueueStep(site, plan),
                new HttpStep(site, plan),
                new BatchStep(site, plan),
                new JavaStep(site, plan),
                new WaitingStep(site, plan, clock),
                new ProgramStep(site, plan),
                new ColdStep(site, plan),
                new BesideStep(site, plan),
                new RecoveryStep(site, plan));
        return new Bench(
                Machine.with(queue), site, steps.stream().map(Part::new).toList());
    }

    /**
     * Of the server that keeps a queue, in a schema of the bench's own.
     *
     * @param directory on whose disk the daemon of this machine works
     * @param home of the installation that is measured
     */
    public static Bench ofServer(QueueUrl.Postgres queue, Path directory, Path home, boolean quick, InstantSource clock)
            throws IOException {
        Plan plan = (quick ? Plan.QUICK : Plan.FULL).beginning(System.nanoTime());
        ServerSite site = ServerSite.make(queue, Site.make(directory.resolve("queue.db"), home, plan.room(), clock));
        List<Step> steps = List.of(
                new ServerEnqueueStep(site, plan),
                new ServerTurnStep(site, plan, clock),
                new ServerCommandStep(site, plan),
                new ServerIdleStep(site, plan),
                new ServerPickUpStep(site, plan),
                new ServerJavaStep(site, plan, clock),
                new ServerProgramStep(site, plan, clock));
        return new Bench(
                Machine.with(directory), site, steps.stream().map(Part::new).toList());
    }

    public Machine machine() {
        return machine;
    }

    /** In the order in which they are to be measured, each once. */
    public List<Part> parts() {
        return parts;
    }

    /** Figures that are measured together. */
    public static final class Part {
        private final Step step;

        private Part(Step step) {
            this.step = step;
        }

        public String title() {
            return step.title();
        }

        /** Takes its time. */
        public Result measure() throws InterruptedException {
            try {
                return new Result(step.measure(), null);
            } catch (IOException | RuntimeException failure) {
                // The others can be measured all the same.
                return new Result(List.of(), failure);
            }
        }
    }

    /** What came of it; the failure is null when all went well. */
    public record Result(List<Figure> figures, @Nullable Exception failure) {}

    /** Ends its daemons and removes what it made. */
    @Override
    public void close() throws IOException {
        try {
            site.close();
        } catch (IOException | RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IOException("cannot clean up after the bench", failure);
        }
    }
}
