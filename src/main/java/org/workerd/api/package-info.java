/**
 * What handlers in Java are written against: {@link org.workerd.api.JobHandler}, {@link org.workerd.api.JobContext} and
 * {@link org.workerd.api.JobResult}, and {@link org.workerd.api.JobHandlerTester}, which runs one in a unit test. The
 * library {@code org.workerd:workerd-api}. Imports nothing of workerd, and of others slf4j alone.
 */
@NullMarked
package org.workerd.api;

import org.jspecify.annotations.NullMarked;
