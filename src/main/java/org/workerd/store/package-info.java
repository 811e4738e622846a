/**
 * The queue in its database: every move of a job, and what people ask about them. Internal, and may change with every
 * version, but for {@link org.workerd.store.StoreException}. May import {@code job} and nothing else of workerd; the only
 * package that may import java.sql.
 */
@NullMarked
package org.workerd.store;

import org.jspecify.annotations.NullMarked;
