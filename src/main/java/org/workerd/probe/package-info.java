/**
 * Handlers in Java that do next to nothing, and a plugin of them: what the bench runs, and the training for the archive
 * of classes. Imports the handlers' interfaces alone.
 */
@NullMarked
package org.workerd.probe;

import org.jspecify.annotations.NullMarked;
