/**
 * The queue in a file of SQLite. Only this package names SQLite's driver; nobody but who chooses the engine names it.
 * Internal, and may change with every version.
 */
@NullMarked
package org.workerd.store.sqlite;

import org.jspecify.annotations.NullMarked;
