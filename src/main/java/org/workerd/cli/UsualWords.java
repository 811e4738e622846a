package org.workerd.cli;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What people type who know other tools, and what we call it. */
final class UsualWords {
    private static final Map<String, String> COMMANDS = Map.ofEntries(
            Map.entry("ls", "workerd list"),
            Map.entry("jobs", "workerd list"),
            Map.entry("ps", "workerd list --state running, or workerd status"),
            Map.entry("log", "workerd logs ID"),
            Map.entry("tail", "workerd logs -f ID"),
            Map.entry("kill", "workerd cancel ID"),
            Map.entry("rm", "workerd delete ID"),
            Map.entry("remove", "workerd delete ID"),
            Map.entry("info", "workerd show ID, or workerd stats"),
            Map.entry("inspect", "workerd show ID"),
            Map.entry("describe", "workerd show ID"),
            Map.entry("get", "workerd show ID, or workerd list"),
            Map.entry("add", "workerd enqueue NAME"),
            Map.entry("push", "workerd enqueue NAME"),
            Map.entry("submit", "workerd enqueue NAME"),
            Map.entry("exec", "workerd try NAME, or workerd enqueue NAME"),
            Map.entry("rerun", "workerd retry ID"),
            Map.entry("requeue", "workerd retry ID"),
            Map.entry("continue", "workerd resume"),
            Map.entry("unpause", "workerd resume"),
            Map.entry("crontab", "workerd cron"),
            Map.entry("schedules", "workerd cron"),
            Map.entry("check", "workerd doctor"),
            Map.entry("move", "workerd copy --to URL"),
            Map.entry("migrate", "workerd copy --to URL, or workerd schema"),
            Map.entry("daemon", "workerd start, or workerd run"),
            Map.entry("up", "workerd start"),
            Map.entry("down", "workerd stop"),
            Map.entry("version", "workerd --version"));

    /** Each with the options that may be meant, of which a command has one at most. */
    private static final Map<String, String> OPTIONS = Map.ofEntries(
            Map.entry("-v", "--version"),
            Map.entry("-w", "--wait"),
            Map.entry("-n", "--limit --max-attempts --dry-run"),
            Map.entry("-a", "--limit"),
            Map.entry("--all", "--limit --state"),
            Map.entry("-s", "--state"),
            Map.entry("--status", "--state"),
            Map.entry("-p", "--payload"),
            Map.entry("-t", "--timeout"),
            Map.entry("-d", "--delay"),
            Map.entry("-k", "--key"),
            Map.entry("-y", "--yes"),
            Map.entry("-f", "--force"),
            Map.entry("-j", "--json"),
            Map.entry("--quiet", "-q"),
            Map.entry("--format", "--json"),
            Map.entry("-o", "--json"),
            Map.entry("--retries", "--max-attempts"),
            Map.entry("--depends-on", "--after"),
            Map.entry("--unique", "--key"),
            Map.entry("--label", "--tag"));

    private UsualWords() {}

    /** Advice for whoever typed this command. */
    static Optional<String> command(String given) {
        return Optional.ofNullable(COMMANDS.get(given)).map(ours -> "Try: " + ours);
    }

    /** "Did you mean …? ", for a command that knows these options. */
    static Optional<String> option(String given, Set<String> known) {
        return Stream.of(OPTIONS.getOrDefault(given, "").split(" "))
                .filter(known::contains)
                .findFirst()
                .map(ours -> "Did you mean " + ours + "? ");
    }
}
