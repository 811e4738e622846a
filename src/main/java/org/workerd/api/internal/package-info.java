/**
 * Internal: what an attempt that the daemon runs and one in a unit test have in common. No handler uses it; it may change
 * with every version. Imports nothing of workerd.
 */
@NullMarked
package org.workerd.api.internal;

import org.jspecify.annotations.NullMarked;
