/** The loop that claims jobs and writes how they ended. May import the rooms beside it; they do not import it. */
@NullMarked
package org.workerd.worker.loop;

import org.jspecify.annotations.NullMarked;
