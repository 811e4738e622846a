import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;

/** workerd's handler that does nothing. */
public final class Noop implements JobHandler {
    @Override
    public String name() {
        return "noop";
    }

    @Override
    public JobResult handle(JobContext job) {
        return JobResult.done();
    }
}
