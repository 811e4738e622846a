/**
 * What handlers in Java are written against: {@link org.workerd.api.JobHandler}, {@link org.workerd.api.JobContext} and
 * {@link org.workerd.api.JobResult}. Imports nothing of workerd, and of others slf4j's Logger alone.
 */
@NullMarked
package org.workerd.api;

import org.jspecify.annotations.NullMarked;
