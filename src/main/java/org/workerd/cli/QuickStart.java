package org.workerd.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Reads the usual lines of {@code start}, and those of {@code run} that our own programs write: the daemon is ready
 * sooner without picocli, and lives without its two hundred classes. Every other line it leaves to picocli.
 */
final class QuickStart {
    private QuickStart() {}

    /** The command, ready to be called; empty: picocli shall read the line. */
    static Optional<Callable<Integer>> read(Main main, String... arguments) {
        Iterator<String> words = List.of(arguments).iterator();
        try {
            Path config = null;
            String word = words.next();
            if (word.equals("-c") || word.equals("--config")) {
                config = Path.of(value(words));
                word = words.next();
            }
            Callable<Integer> command =
                    switch (word) {
                        case "start" -> start(new Start(main), words);
                        case "run" -> run(new Run(main), words);
                        default -> throw new IllegalArgumentException(word);
                    };
            main.config = config;
            return Optional.of(command);
        } catch (IllegalArgumentException | NoSuchElementException unusual) {
            return Optional.empty();
        }
    }

    private static Start start(Start command, Iterator<String> options) {
        if (options.hasNext()) {
            throw new IllegalArgumentException(options.next());
        }
        return command;
    }

    private static Run run(Run command, Iterator<String> options) {
        Set<String> given = new HashSet<>();
        while (options.hasNext()) {
            String option = options.next();
            if (!given.add(option)) {
                throw new IllegalArgumentException(option);
            }
            switch (option) {
                case "--log" -> command.logsToFile = true;
                case "--ready-descriptor" -> command.readyDescriptor = Integer.valueOf(value(options));
                case "--check" -> command.check = value(options);
                case "--adopt" -> command.adopt = Integer.valueOf(value(options));
                default -> throw new IllegalArgumentException(option);
            }
        }
        return command;
    }

    private static String value(Iterator<String> words) {
        String value = words.next();
        if (value.isEmpty() || value.startsWith("-") || Commands.NAMES.contains(value)) {
            throw new IllegalArgumentException(value);
        }
        return value;
    }
}
