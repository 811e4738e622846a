package org.workerd.api;

/** What is done for a job, as a lambda says it; {@link JobHandler#of} gives it the name of its jobs. */
@FunctionalInterface
public interface JobFunction {
    /**
     * Runs one attempt of a job.
     *
     * @param job what it is given, and where it says how it goes
     * @return what becomes of the job; null is a failure
     * @throws Exception the attempt has failed, as with {@link JobHandler#handle}
     */
    JobResult handle(JobContext job) throws Exception;
}
