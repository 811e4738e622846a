package org.workerd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.workerd.bench.Figure.Limit;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.postgres.PostgresBareLoops;

/** Jobs stored on a server, one by one and in a batch, in a queue that nobody serves. */
record ServerEnqueueStep(ServerSite site, Plan plan) implements Step {
    private static final int CLIENTS = 16;

    @Override
    public String title() {
        return "enqueueing on the server";
    }

    /** A connection, and what is done with it again and again. */
    private record Client(Runnable once, AutoCloseable connection) {}

    @Override
    public List<Figure> measure() throws IOException, InterruptedException {
        List<Double> plain = new ArrayList<>();
        List<Double> manyPlain = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        List<Double> aloneBare = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        List<Double> manyBare = new ArrayList<>();
        List<Double> batch = new ArrayList<>();
        List<Double> batchBare = new ArrayList<>();
        plan.repeat(() -> {
            plain.add(rate(1, this::plain));
            alone.add(rate(1, this::ours));
            aloneBare.add(rate(1, this::bare));
            manyPlain.add(rate(CLIENTS, this::plain));
            many.add(rate(CLIENTS, this::ours));
            manyBare.add(rate(CLIENTS, this::bare));
            batch.add(batch());
            batchBare.add(bareBatch());
        });
        return List.of(
                new Figure(
                        "server_insert_single",
                        "plain INSERT into jobs",
                        Unit.PER_SECOND,
                        new Samples(plain),
                        new Limit("bare INSERT, one row a transaction", new Samples(aloneBare))),
                new Figure(
                        "server_insert_clients",
                        "plain INSERT into jobs, " + CLIENTS + " clients",
                        Unit.PER_SECOND,
                        new Samples(manyPlain),
                        new Limit("bare INSERT by " + CLIENTS + " clients", new Samples(manyBare))),
                new Figure(
                        "server_enqueue_single",
                        "enqueue, one by one",
                        Unit.PER_SECOND,
                        new Samples(alone),
                        new Limit("bare INSERT, one row a transaction", new Samples(aloneBare))),
                new Figure(
                        "server_enqueue_clients",
                        "enqueue, one by one, " + CLIENTS + " clients",
                        Unit.PER_SECOND,
                        new Samples(many),
                        new Limit("bare INSERT by " + CLIENTS + " clients", new Samples(manyBare))),
                new Figure(
                        "server_enqueue_batch",
                        "enqueue, in one batch",
                        Unit.PER_SECOND,
                        new Samples(batch),
                        new Limit("bare INSERT ... SELECT", new Samples(batchBare))));
    }

    private static NewJob job() {
        return NewJob.named("noop").payload(EnqueueStep.PAYLOAD).build();
    }

    private Client ours() {
        JobStore store = site.store();
        NewJob job = job();
        return new Client(() -> store.transaction(moves -> moves.enqueue(job)), store);
    }

    private Client plain() {
        PostgresBareLoops loops = site.bare();
        return new Client(() -> loops.insertJob(EnqueueStep.PAYLOAD), loops);
    }

    private Client bare() {
        PostgresBareLoops loops = site.bare();
        return new Client(() -> loops.insert(EnqueueStep.PAYLOAD), loops);
    }

    private double batch() throws IOException, InterruptedException {
        List<NewJob> jobs = Collections.nCopies(plan.rows(), job());
        try (JobStore store = site.store()) {
            return plan.rows() / Stopwatch.seconds(() -> store.transaction(moves -> moves.enqueue(jobs)));
        }
    }

    private double bareBatch() throws IOException, InterruptedException {
        try (PostgresBareLoops loops = site.bare()) {
            return plan.rows() / Stopwatch.seconds(() -> loops.insert(plan.rows(), EnqueueStep.PAYLOAD));
        }
    }

    /** How often a second so many clients do it together. */
    private double rate(int count, Supplier<Client> connect) throws IOException, InterruptedException {
        // Enough that the start of the threads does not count.
        int each = Math.max(1, plan.singles() / Math.min(count, 2));
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(connect.get());
            }
            CountDownLatch ended = new CountDownLatch(count);
            double seconds = Stopwatch.seconds(() -> {
                for (Client client : clients) {
                    Thread thread = new Thread(() -> {
                        for (int j = 0; j < each; j++) {
                            client.once().run();
                        }
                        ended.countDown();
                    });
                    thread.setDaemon(true);
                    thread.start();
                }
                ended.await();
            });
            return count * each / seconds;
        } finally {
            for (Client client : clients) {
                close(client.connection());
            }
        }
    }

    private static void close(AutoCloseable connection) throws IOException {
        try {
            connection.close();
        } catch (Exception failure) {
            throw new IOException("cannot close a connection", failure);
        }
    }
}
