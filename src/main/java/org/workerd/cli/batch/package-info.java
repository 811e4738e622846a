/** The jobs of {@code enqueue --batch}. Knows no command. */
@NullMarked
package org.workerd.cli.batch;

import org.jspecify.annotations.NullMarked;
