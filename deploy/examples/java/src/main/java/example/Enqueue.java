package example;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.workerd.client.JobQueue;
import org.workerd.client.JobStatus;
import org.workerd.job.NewJob;

/** Has people greeted, and prints what came of it: {@code Enqueue QUEUE NAME…}, QUEUE the file. */
public final class Enqueue {
    private Enqueue() {}

    public static void main(String[] args) throws InterruptedException {
        List<String> names = List.of(args).subList(1, args.length);
        try (JobQueue queue = JobQueue.open(Path.of(args[0]))) {
            long id = queue.enqueue(NewJob.named("greet").args(names).build()).id();
            JobStatus job = queue.await(id, Duration.ofMinutes(1)).orElseThrow();
            System.out.println(job.args() + " " + job.result().orElseGet(job::toString));
        }
    }
}
