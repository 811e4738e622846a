/**
 * A whole queue from one place to another, of whichever engine: what an engine gives and takes for it. Knows of the rest of
 * the store only its failures; no SQL stands here.
 */
@NullMarked
package org.workerd.store.copy;

import org.jspecify.annotations.NullMarked;
