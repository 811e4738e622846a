/**
 * The words of the queue as plain values: jobs, states, outcomes, verdicts. Internal, and may change with every version,
 * but for {@link org.workerd.job.NewJob} and {@link org.workerd.job.JobState}. Imports nothing of workerd, no I/O.
 */
@NullMarked
package org.workerd.job;

import org.jspecify.annotations.NullMarked;
