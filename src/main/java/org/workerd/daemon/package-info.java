/** The daemon's frame: its start and its end. Uses worker, store, job and unix; imports nothing of cli. */
@NullMarked
package org.workerd.daemon;

import org.jspecify.annotations.NullMarked;
