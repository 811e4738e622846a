/** What the command line prints and reads: messages, tables, times, exit statuses. Knows no command. */
@NullMarked
package org.workerd.cli.text;

import org.jspecify.annotations.NullMarked;
