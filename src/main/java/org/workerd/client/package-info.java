/**
 * For Java programs that enqueue, and ask what became of their jobs: {@link org.workerd.client.JobQueue}. The library
 * {@code org.workerd:workerd-client}, which needs sqlite-jdbc alone. May import {@code job} and {@code store}, and what
 * those may. Public with it: {@link org.workerd.job.NewJob}, {@link org.workerd.job.JobState} and {@link
 * org.workerd.store.StoreException}.
 */
@NullMarked
package org.workerd.client;

import org.jspecify.annotations.NullMarked;
