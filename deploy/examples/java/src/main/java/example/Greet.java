package example;

import java.time.Duration;
import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;

/** Greets whom its arguments name: {@code workerd enqueue greet Ann Bob --wait}. */
public final class Greet implements JobHandler {
    @Override
    public String name() {
        return "greet";
    }

    @Override
    public JobResult handle(JobContext job) {
        if (job.args().isEmpty()) {
            return JobResult.giveUp("nobody to greet");
        }
        if (job.args().contains("sleeper")) {
            return JobResult.snooze(Duration.ofHours(8));
        }
        for (int i = 0; i < job.args().size(); i++) {
            job.logger().info("greeting {} in attempt {}", job.args().get(i), job.attempt());
            job.progress(100 * (i + 1) / job.args().size(), job.args().get(i));
        }
        return JobResult.done("Hello, " + String.join(" and ", job.args()) + "!");
    }
}
