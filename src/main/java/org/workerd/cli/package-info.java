/** The command line: one command a file. The only package that may import picocli; nothing may import it. */
@NullMarked
package org.workerd.cli;

import org.jspecify.annotations.NullMarked;
