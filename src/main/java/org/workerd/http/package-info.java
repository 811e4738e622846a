/**
 * HTTP: where it listens, who gets in, the API, health and metrics. Uses what people do and see ({@code ops}), and of the
 * worker the inbox and the pulse; not the daemon's frame, not the command line. Loaded only where {@code [http]} is set.
 */
@NullMarked
package org.workerd.http;

import org.jspecify.annotations.NullMarked;
