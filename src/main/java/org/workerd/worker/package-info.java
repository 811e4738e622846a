/**
 * What the daemon does: {@code loop}, {@code attempt}, {@code handlers} and {@code cron}. May import {@code store}, {@code job}
 * and {@code unix}, not {@code daemon} or {@code cli}.
 */
@NullMarked
package org.workerd.worker;

import org.jspecify.annotations.NullMarked;
