/** What can run: programs and plugins, found and checked. Knows neither attempts nor the loop. */
@NullMarked
package org.workerd.worker.handlers;

import org.jspecify.annotations.NullMarked;
