package org.workerd.bench;

import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;

/** Does nothing. Public, for the daemon of a bench loads it from a jar. */
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
