/**
 * For Java programs that only enqueue. May import {@code job} and {@code store}, and what those may; needs no library but
 * sqlite-jdbc. Public with it: {@link org.workerd.job.NewJob} and {@link org.workerd.store.StoreException}.
 */
@NullMarked
package org.workerd.client;

import org.jspecify.annotations.NullMarked;
