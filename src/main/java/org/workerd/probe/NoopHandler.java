package org.workerd.probe;

import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;

/** Does nothing. Public, for a daemon loads it from a jar. */
public final class NoopHandler implements JobHandler {
    @Override
    public String name() {
        return "noop";
    }

    @Override
    public JobResult handle(JobContext job) {
        return JobResult.done();
    }
}
