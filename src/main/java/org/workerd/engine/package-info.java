/** Chooses the engine of a queue: the only package that names more than one. Imports store and the engines alone. */
@NullMarked
package org.workerd.engine;

import org.jspecify.annotations.NullMarked;
