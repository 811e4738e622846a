/** Manual pages and lists of settings, written while we are built: not in the product's jar. */
@NullMarked
package org.workerd.cli.reference;

import org.jspecify.annotations.NullMarked;
