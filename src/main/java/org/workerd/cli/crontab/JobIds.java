package org.workerd.cli.crontab;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** IDs of schedules, made from what their commands run: each is given once. Not thread-safe. */
final class JobIds {
    private static final int LONGEST = 40;
    private static final Pattern BETWEEN_COMMANDS = Pattern.compile("&&|\\|\\||[;|&(){}\\n]");
    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");
    /** A value of an option of a wrapper, as in {@code nice -n 10} or {@code timeout 1h}. */
    private static final Pattern NUMBER = Pattern.compile("[0-9.]+[smhd]?");

    private static final Set<String> KEYWORDS = Set.of("if", "then", "else", "elif", "do", "while", "until", "!");
    /** Of the shell, or nothing that anybody would call the job after. */
    private static final Set<String> BESIDES = Set.of(
            "cd", "test", "[", "[[", "true", "false", ":", "export", "set", ".", "source", "sleep", "umask", "ulimit",
            "fi", "done", "for", "case", "esac", "echo", "exit");

    private static final Set<String> WRAPPERS = Set.of(
            "sudo",
            "nice",
            "ionice",
            "nohup",
            "time",
            "exec",
            "env",
            "command",
            "chronic",
            "flock",
            "timeout",
            "setsid",
            "chrt",
            "runuser",
            "lockfile",
            "setlock",
            "cronic");
    private static final Pattern INTERPRETER =
            Pattern.compile("(php|python|perl|ruby|node|java|bash|sh|dash|zsh|ksh)[0-9.]*|run-parts");
    private static final Pattern ENDING = Pattern.compile("\\.(sh|bash|py|pl|rb|php|js|jar)$");

    private final Set<String> given = new HashSet<>();

    /** Another one for each call. */
    String of(String command) {
        String name = program(command);
        String id = name;
        for (int number = 2; !given.add(id); number++) {
            id = name + '-' + number;
        }
        return id;
    }

    private static String program(String command) {
        return Arrays.stream(BETWEEN_COMMANDS.split(command))
                .flatMap(part -> programOf(part).stream())
                .findFirst()
                .orElse("job");
    }

    /** What one simple command runs; empty: nothing to speak of. */
    private static Optional<String> programOf(String command) {
        List<String> words = Stream.of(command.strip().split("\\s+"))
                .dropWhile(word ->
                        KEYWORDS.contains(word) || ASSIGNMENT.matcher(word).matches())
                .toList();
        if (words.isEmpty() || BESIDES.contains(words.get(0))) {
            return Optional.empty();
        }
        String first = baseName(words.get(0));
        if (WRAPPERS.contains(first)) {
            return programOf(behind(first, words)).or(() -> tidy(first));
        }
        if (INTERPRETER.matcher(first).matches()) {
            return words.stream()
                    .skip(1)
                    .filter(word -> !word.startsWith("-"))
                    .findFirst()
                    .flatMap(word -> tidy(baseName(word)))
                    .or(() -> tidy(first));
        }
        return tidy(first);
    }

    /** The command that a wrapper starts. */
    private static String behind(String wrapper, List<String> words) {
        boolean namesUser = wrapper.equals("sudo") || wrapper.equals("runuser");
        int at = 1;
        while (at < words.size()
                && (words.get(at).startsWith("-")
                        || NUMBER.matcher(words.get(at)).matches())) {
            at += namesUser && (words.get(at).equals("-u") || words.get(at).equals("-g")) ? 2 : 1;
        }
        int lock = wrapper.equals("flock") || wrapper.equals("setlock") ? 1 : 0;
        return words.stream().skip((long) at + lock).collect(Collectors.joining(" "));
    }

    private static String baseName(String word) {
        String plain = word.replaceAll("[\"'`]", "").replaceFirst("/+$", "");
        return plain.substring(plain.lastIndexOf('/') + 1);
    }

    /** Without what an ID may not hold, nor a table's name without quotes. */
    private static Optional<String> tidy(String name) {
        String plain = ENDING.matcher(name).replaceFirst("").replaceAll("[^A-Za-z0-9_-]+", "-");
        String id = plain.replaceFirst("^[-_]+", "");
        id = id.substring(0, Math.min(LONGEST, id.length())).replaceFirst("-+$", "");
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }
}
