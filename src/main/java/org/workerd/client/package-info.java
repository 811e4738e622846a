/**
 * For Java programs that enqueue, and ask what became of their jobs. May import {@code job} and {@code store}, and what
 * those may; needs no library but sqlite-jdbc. Public with it: {@link org.workerd.job.NewJob}, {@link
 * org.workerd.job.JobState} and {@link org.workerd.store.StoreException}.
 */
@NullMarked
package org.workerd.client;

import org.jspecify.annotations.NullMarked;
