package org.workerd.cli.crontab;

import java.util.Optional;

/**
 * The rest of a line of a crontab: up to the first percent sign that no backslash precedes it is for the shell; what
 * follows is the shell's input, with a line for each further percent sign.
 *
 * @param input ends with a newline; empty: there is none
 */
record CommandText(String command, Optional<String> input) {
    static CommandText of(String text) {
        StringBuilder command = new StringBuilder();
        int end = copy(text, 0, command, false);
        if (end + 1 >= text.length()) {
            return new CommandText(command.toString(), Optional.empty());
        }
        StringBuilder input = new StringBuilder();
        copy(text, end + 1, input, true);
        if (input.charAt(input.length() - 1) != '\n') {
            input.append('\n');
        }
        return new CommandText(command.toString(), Optional.of(input.toString()));
    }

    /** Copies up to a percent sign, or all with a newline for each; returns where it stopped. */
    private static int copy(String text, int from, StringBuilder target, boolean all) {
        boolean escaped = false;
        for (int i = from; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '%' && escaped) {
                target.setLength(target.length() - 1);
            } else if (character == '%' && !all) {
                return i;
            }
            target.append(character == '%' && !escaped ? '\n' : character);
            escaped = character == '\\' && !escaped;
        }
        return text.length();
    }
}
