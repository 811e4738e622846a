package org.workerd.probe;

import org.workerd.api.JobContext;
import org.workerd.api.JobHandler;
import org.workerd.api.JobResult;

/** Says when its first instruction ran, by the clock that all processes of a machine share. Public as the other is. */
public final class StampHandler implements JobHandler {
    @Override
    public String name() {
        return "stamp";
    }

    @Override
    public JobResult handle(JobContext job) {
        return JobResult.done(Long.toString(System.nanoTime()));
    }
}
