package org.workerd.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.workerd.client.JobQueue;
import org.workerd.job.NewJob;

/** A program that enqueues from four threads at once, and tells each id when it was acknowledged. */
final class JobQueueThreads {
    private static final int THREADS = 4;
    private static final int JOBS = 12;

    private JobQueueThreads() {}

    /** The queue, and the file for the ids. */
    public static void main(String[] arguments) throws InterruptedException {
        Path ids = Path.of(arguments[1]);
        try (JobQueue queue = JobQueue.open(Path.of(arguments[0]))) {
            List<Thread> threads = IntStream.range(0, THREADS)
                    .mapToObj(thread -> new Thread(() -> enqueue(queue, ids)))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void enqueue(JobQueue queue, Path ids) {
        for (int i = 0; i < JOBS; i++) {
            long id = queue.enqueue(NewJob.of("work")).id();
            try {
                Files.writeString(ids, id + "\n", StandardOpenOption.APPEND);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
