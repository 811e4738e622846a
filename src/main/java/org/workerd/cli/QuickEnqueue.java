package org.workerd.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.workerd.cli.text.When;
import org.workerd.job.Span;

/**
 * Reads the usual command lines of {@code enqueue}, so that scripts need not wait for picocli: its start takes longer
 * than all the rest. A line that is wrong, or unusual, it leaves to picocli; a test holds the two together.
 */
final class QuickEnqueue {
    private final Main main;
    private final Enqueue command;
    private final JobOptions options;
    private final List<String> words = new ArrayList<>();
    private final Set<String> given = new HashSet<>();
    private Optional<Path> config = Optional.empty();

    private QuickEnqueue(Main main) {
        this.main = main;
        this.command = new Enqueue(main);
        this.options = command.options;
    }

    /** The command, ready to be called; empty: picocli shall read the line. */
    static Optional<Enqueue> read(Main main, String... arguments) {
        QuickEnqueue quick = new QuickEnqueue(main);
        try {
            return quick.reads(List.of(arguments)) ? Optional.of(quick.command) : Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    private boolean reads(List<String> arguments) {
        int end = arguments.indexOf("--");
        Iterator<String> ours =
                arguments.subList(0, end < 0 ? arguments.size() : end).iterator();
        while (ours.hasNext()) {
            if (!takes(ours.next(), ours)) {
                return false;
            }
        }
        if (words.size() < 2 || !words.get(0).equals("enqueue")) {
            return false;
        }
        command.name = words.get(1);
        command.args = new ArrayList<>(words.subList(2, words.size()));
        if (end >= 0) {
            command.args.addAll(arguments.subList(end + 1, arguments.size()));
        }
        config.ifPresent(file -> main.config = file);
        return true;
    }

    private boolean takes(String word, Iterator<String> rest) {
        if (!word.startsWith("-")) {
            words.add(word);
            return !word.isEmpty();
        }
        int equals = word.indexOf('=');
        String option = word.equals("-c") ? "--config" : equals < 0 ? word : word.substring(0, equals);
        boolean again = !given.add(option) && !option.equals("--after") && !option.equals("--tag");
        if (again || (words.isEmpty() && !option.equals("--config"))) {
            return false;
        }
        if (equals < 0 && isFlag(option)) {
            return true;
        }
        if (equals < 0 && !rest.hasNext()) {
            return false;
        }
        String value = equals < 0 ? rest.next() : word.substring(equals + 1);
        boolean plain = !value.isEmpty() && value.charAt(0) != '-' && !value.equals("enqueue");
        return plain && isSet(option, value);
    }

    private boolean isFlag(String option) {
        switch (option) {
            case "--wait" -> command.wait = true;
            case "--follow" -> command.follow = true;
            case "--force" -> command.force = true;
            case "--json" -> command.json = true;
            case "-q" -> command.quiet = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean isSet(String option, String value) {
        switch (option) {
            case "--config" -> config = Optional.of(Path.of(value));
            case "--payload" -> options.payload = value;
            case "--queue" -> options.queue = value;
            case "--priority" -> options.priority = Integer.valueOf(value);
            case "--delay" -> options.delay = Span.parse(value);
            case "--at" -> options.at = When.parse(value);
            case "--key" -> options.key = value;
            case "--max-attempts" -> options.maxAttempts = Integer.valueOf(value);
            case "--timeout" -> options.timeout = Span.parse(value);
            case "--wait-timeout" -> command.waitTimeout = Span.parse(value);
            case "--after" -> options.after = and(options.after, Converters.id(value));
            case "--tag" -> options.tags = and(options.tags, value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static <T> List<T> and(List<T> some, T one) {
        List<T> all = new ArrayList<>(some);
        all.add(one);
        return all;
    }
}
