package org.workerd.cli;

import java.nio.file.Path;

/** What logrotate has to be told about the log of a private installation. Immutable. */
record LogRotation(Path log, Path program, Path config) {
    private static final String TEMPLATE =
            """
            # Rotates the log of this private installation. Once a day, as the user whose it is, in this directory:
            #   logrotate --state run/logrotate.state logrotate.conf
            LOG {
                weekly
                rotate 8
                compress
                # The daemon may write to the old file until it has the new one.
                delaycompress
                missingok
                notifempty
                create
                postrotate
                    ! WORKERD status -q >/dev/null 2>&1 || WORKERD reload 2>/dev/null
                endscript
            }
            """;

    String text() {
        return TEMPLATE.replace("WORKERD", shellWord(program) + " -c " + shellWord(config))
                .replace("LOG {", pattern(log) + " {");
    }

    /**
     * As logrotate reads names: in quotes, within which only a quote is escaped, and then as a pattern of the shell. A
     * brace counts even in quotes: there it is any character.
     */
    private static String pattern(Path path) {
        String literal = path.toString().replaceAll("[\\\\*?\\[\\]]", "\\\\$0").replaceAll("[{}]", "?");
        return "\"" + literal.replace("\"", "\\\"") + "\"";
    }

    /** In quotes always, and with each character as it is: this is run, not shown. */
    static String shellWord(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
