/**
 * Measures what this machine gives, for {@code workerd bench}: the built daemon in an installation of its own beside bare
 * loops and bare tools. May import {@code engine}, {@code store}, {@code job}, {@code client} and {@code api}; only the command line may
 * import it.
 */
@NullMarked
package org.workerd.bench;

import org.jspecify.annotations.NullMarked;
