package example;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.workerd.api.Codec;
import org.workerd.api.JobContext;
import org.workerd.api.JobResult;
import org.workerd.api.TypedJobHandler;
import org.workerd.client.JobQueue;
import org.workerd.client.JobStatus;
import org.workerd.embedded.EmbeddedWorker;
import org.workerd.job.NewJob;

/** Enqueues its jobs and runs them in this process: {@code Shop QUEUE FILE…}, QUEUE the file. */
public final class Shop {
    record Photo(String file, int width) {}

    private static final Codec<Photo> PHOTOS = Codec.of(
            text -> {
                Map<String, Object> json = JSON.std.mapFrom(text);
                return new Photo((String) json.get("file"), (int) json.get("width"));
            },
            photo -> JSON.std.asString(Map.of("file", photo.file(), "width", photo.width())));

    private Shop() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        try (EmbeddedWorker worker = EmbeddedWorker.on(file)
                        .handler(TypedJobHandler.of("resize", PHOTOS, Shop::resize))
                        .concurrency(2)
                        .start();
                JobQueue queue = JobQueue.open(file)) {
            for (String photo : List.of(args).subList(1, args.length)) {
                String payload = PHOTOS.encode(new Photo(photo, 800));
                long id = queue.enqueue(NewJob.named("resize").payload(payload).build()).id();
                JobStatus job = queue.await(id, Duration.ofMinutes(1)).orElseThrow();
                System.out.println(job.result().orElseGet(job::toString));
            }
            worker.drain();
        }
    }

    private static JobResult resize(JobContext job, Photo photo) {
        job.logger().info("attempt {} of {}", job.attempt(), photo);
        return JobResult.done(photo.file() + " is " + photo.width() + " wide");
    }
}
