/**
 * The queue in a database of PostgreSQL. Only this package names its driver and the pool; nobody but who chooses the
 * engine names it.
 */
@NullMarked
package org.workerd.store.postgres;

import org.jspecify.annotations.NullMarked;
