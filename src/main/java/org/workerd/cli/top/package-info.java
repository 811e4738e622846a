/** The live view: what it shows, and the terminal that it shows it on. Knows no command and no native code. */
@NullMarked
package org.workerd.cli.top;

import org.jspecify.annotations.NullMarked;
