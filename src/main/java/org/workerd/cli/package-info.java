/**
 * The command line: one command a file, and beside them {@code text}, {@code batch}, {@code trial} and {@code reference}. The
 * only packages that may import picocli; nothing else may import them.
 */
@NullMarked
package org.workerd.cli;

import org.jspecify.annotations.NullMarked;
