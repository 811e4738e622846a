/**
 * The Unix calls that Java lacks, behind our own names: locks, descriptors, processes. A leaf: imports nothing of
 * workerd, and is the only package that may import jnr or jffi.
 */
@NullMarked
package org.workerd.unix;

import org.jspecify.annotations.NullMarked;
