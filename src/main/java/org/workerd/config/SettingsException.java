package org.workerd.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; the message lists every problem of every file and of the environment. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never serialized
    private final List<Problem> problems;

    public SettingsException(List<Problem> problems) {
        super(text(problems));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param place where to mend it: {@code FILE:LINE:COLUMN}, a file, or an environment variable
     */
    public record Problem(String place, String message) {}

    private static String text(List<Problem> problems) {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return problems.stream()
                .map(problem -> "\n  " + problem.place() + "  " + problem.message())
                .collect(Collectors.joining("", count + " in the configuration", ""));
    }
}
