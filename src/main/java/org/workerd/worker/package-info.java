/**
 * The loop that claims jobs, and the life of an attempt. May import {@code store}, {@code job} and {@code unix}, not
 * {@code daemon} or {@code cli}.
 */
@NullMarked
package org.workerd.worker;

import org.jspecify.annotations.NullMarked;
