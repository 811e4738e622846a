/** Schedules: which jobs are due. Knows neither attempts nor the loop. */
@NullMarked
package org.workerd.worker.cron;

import org.jspecify.annotations.NullMarked;
