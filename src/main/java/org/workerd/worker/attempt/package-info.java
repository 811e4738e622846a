/** One run of a job, from its slot to its outcome, and the files that it has. May import {@code handlers}, not the loop. */
@NullMarked
package org.workerd.worker.attempt;

import org.jspecify.annotations.NullMarked;
