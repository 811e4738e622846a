/**
 * A worker inside somebody's own program: {@link org.workerd.embedded.EmbeddedWorker}. It knows what a daemon is made of
 * and nothing of commands and of HTTP.
 */
@NullMarked
package org.workerd.embedded;

import org.jspecify.annotations.NullMarked;
