package org.workerd.worker.loop;

import java.util.List;
import org.workerd.job.Alarms;
import org.workerd.job.JobPolicy;
import org.workerd.store.JobView;

/** Writes the payload of an alarm, for whoever knows the JSON of jobs. Thread-safe. */
public interface AlarmText {
    /** At most as long as a payload may be. */
    String of(News news);

    /**
     * What an alarm tells.
     *
     * @param job as the attempt left it
     * @param outputTail the end of what the attempt printed; empty: nothing
     */
    record News(Alarms.Event event, JobView job, List<JobView.Attempt> attempts, JobPolicy policy, String outputTail) {}
}
