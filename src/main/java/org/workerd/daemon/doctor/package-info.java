/**
 * What {@code doctor} looks at: each check reads, changes nothing, and says how to mend what it finds. Uses what the
 * daemon's frame may use.
 */
@NullMarked
package org.workerd.daemon.doctor;

import org.jspecify.annotations.NullMarked;
