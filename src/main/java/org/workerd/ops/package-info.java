/**
 * What people do and see, for the command line and whatever else shows it: answers as data, no layout of text. Uses the
 * worker, the store and jobs; not the daemon's frame, not the command line.
 */
@NullMarked
package org.workerd.ops;

import org.jspecify.annotations.NullMarked;
