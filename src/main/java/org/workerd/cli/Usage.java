package org.workerd.cli;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.job.Names;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Wrong usage in words: what is wrong, and what was likely meant. */
final class Usage {
    /** How picocli begins about a bad value; only which one it is matters. */
    private static final Pattern VALUE = Pattern.compile(
            "^Invalid value for (?:option '([^']+)'(?: \\([^)]*\\))?|positional parameter at index \\S+ \\(([^)]*)\\)): ");

    private Usage() {}

    /** A failure that points to the command's help. */
    static Failure wrong(String command, String message) {
        return new Failure(ExitCode.USAGE, message, "Try: workerd " + command + " --help");
    }

    static Failure unknownCommand(String given) {
        return new Failure(
                ExitCode.USAGE,
                "unknown command: " + Names.printable(given),
                UsualWords.command(given)
                        .or(() -> meant(given, Commands.NAMES).map(meant -> meant + "Try: workerd help"))
                        .orElse("Try: workerd help"));
    }

    /** "Did you mean …? ", or empty. */
    static Optional<String> meant(String given, Collection<String> known) {
        return Names.closest(given, known).map(name -> "Did you mean " + name + "? ");
    }

    /** What picocli found, in our words. */
    static Failure of(ParameterException failure) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        String help = "Try: " + command + " --help";
        if (failure instanceof UnmatchedArgumentException unmatched) {
            return of(unmatched, command, help);
        }
        String message = VALUE.matcher(String.valueOf(failure.getMessage())).replaceFirst("$1$2: ");
        message = message.replaceFirst("'([+-]?[0-9]+)' is not an int$", "$1 is out of range");
        message = message.replaceFirst("'([^']*)' is not an int$", "expected a whole number, found \"$1\"");
        message = message.replaceFirst(": '[^']*' is not a boolean$", " takes no value");
        return new Failure(ExitCode.USAGE, lowerCase(message), help);
    }

    private static Failure of(UnmatchedArgumentException failure, String command, String help) {
        List<String> unmatched = failure.getUnmatched();
        String given = unmatched.isEmpty() ? "" : unmatched.get(0);
        if (!failure.isUnknownOption()) {
            return failure.getCommandLine().getParent() == null
                    ? unknownCommand(given)
                    : new Failure(ExitCode.USAGE, "unexpected argument: " + Names.printable(given), help);
        }
        String option = given.replaceFirst("=.*", "");
        Set<String> known =
                failure.getCommandLine().getCommandSpec().optionsMap().keySet();
        // Of two letters any two are close to each other: only what others call it says what was meant.
        String meant = UsualWords.option(option, known)
                .or(() -> option.startsWith("--") ? meant(option, known) : Optional.empty())
                .orElse("");
        String advice = command.equals("workerd enqueue") || command.equals("workerd try")
                ? "Put -- before the handler's own options: " + command + " NAME -- " + Names.printable(option)
                : help;
        return new Failure(ExitCode.USAGE, "unknown option: " + Names.printable(option), meant + advice);
    }

    private static String lowerCase(String sentence) {
        return sentence.matches("[A-Z][a-z].*")
                ? sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1)
                : sentence;
    }
}
