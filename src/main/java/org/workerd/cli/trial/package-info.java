/** What {@code try} does: a handler run once, as the daemon would, with nothing stored. Knows no command. */
@NullMarked
package org.workerd.cli.trial;

import org.jspecify.annotations.NullMarked;
