/**
 * A whole queue from one place to another, of whichever engine: what an engine gives and takes for it. Knows of the rest of
 * the store only its failures; of SQL it has what both engines say alike.
 */
@NullMarked
package org.workerd.store.copy;

import org.jspecify.annotations.NullMarked;
