/** The settings: their table, the TOML files, the environment. Uses job alone; imports nothing of store, worker, daemon or cli. */
@NullMarked
package org.workerd.config;

import org.jspecify.annotations.NullMarked;
