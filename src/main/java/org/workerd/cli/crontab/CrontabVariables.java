package org.workerd.cli.crontab;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The variables that a crontab has set so far, and what they mean to its commands. Immutable. */
final class CrontabVariables {
    static final CrontabVariables NONE = new CrontabVariables(Map.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** Those that cron itself obeys; the commands do not get them. */
    private static final Set<String> OF_CRON = Set.of("SHELL", "CRON_TZ");
    /** Those that say how cron mails, or when it starts, which nothing here does. */
    private static final Map<String, String> NOT_TAKEN = Map.of(
            "MAILTO", "workerd logs shows what a job printed, and jobs.on_dead in the configuration raises an alarm",
            "MAILFROM", "workerd sends no mail",
            "CONTENT_TYPE", "workerd sends no mail",
            "CONTENT_TRANSFER_ENCODING", "workerd sends no mail",
            "RANDOM_DELAY", "schedules are kept to the minute",
            "START_HOURS_RANGE", "schedules are kept to the minute");
    /** In which a command can begin with cd. */
    private static final Pattern KNOWN_SHELL = Pattern.compile("(.*/)?(sh|bash|dash|ash|ksh|mksh|zsh|fish|csh|tcsh)");

    private final Map<String, String> values;

    private CrontabVariables(Map<String, String> values) {
        this.values = values;
    }

    /**
     * With one more.
     *
     * @throws IllegalArgumentException with a sentence, when that one makes no sense
     */
    CrontabVariables with(String name, String value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a variable is named with letters, digits and _, found " + name);
        }
        if (name.equals("CRON_TZ")) {
            zone(value);
        }
        if (NOT_TAKEN.containsKey(name)) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new CrontabVariables(more);
    }

    /** Why a variable is not taken over; empty: it is. */
    static Optional<String> reason(String name) {
        return Optional.ofNullable(NOT_TAKEN.get(name));
    }

    /** That of the schedules from here on; empty: the system's. */
    Optional<ZoneId> zone() {
        return Optional.ofNullable(values.get("CRON_TZ")).map(CrontabVariables::zone);
    }

    /** The words that run a command of the shell as cron would: with these variables, in the home directory. */
    List<String> applied(String command) {
        List<String> words = new ArrayList<>();
        values.forEach((name, value) -> {
            if (!OF_CRON.contains(name)) {
                words.add(name + '=' + value);
            }
        });
        if (!words.isEmpty()) {
            words.add(0, "env");
        }
        String shell = values.getOrDefault("SHELL", "/bin/sh");
        words.add(shell);
        words.add("-c");
        words.add(KNOWN_SHELL.matcher(shell).matches() ? "cd; " + command : command);
        return words;
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException("no time zone is named " + name);
        }
    }
}
