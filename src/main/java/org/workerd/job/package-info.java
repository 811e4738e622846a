/** The words of the queue as plain values: jobs, states, outcomes, verdicts. Imports nothing of workerd, no I/O. */
@NullMarked
package org.workerd.job;

import org.jspecify.annotations.NullMarked;
