/** Crontabs in words of the configuration. Pure: text in, text out; knows schedules and jobs alone. */
@NullMarked
package org.workerd.cli.crontab;

import org.jspecify.annotations.NullMarked;
