package org.workerd.worker.attempt;

import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;

/** One run of a job, as the loop and whoever runs it share it. */
record Attempt(Claim claim, JobPolicy policy, StopRequest stop, LifeSigns signs) {}
