package org.workerd.cli;

import java.util.List;
import java.util.stream.Stream;

/** The commands whose output is kept to the letter, each with where it prints to. */
final class GoldenCases {
    private static final int TERMINAL = 80;

    private GoldenCases() {}

    static Stream<Golden.Case> all() {
        return Stream.of(reading(), changing(), mistakes(), help()).flatMap(cases -> cases);
    }

    static Stream<Golden.Case> reading() {
        List<String> lines = List.of(
                "list",
                "list --limit 2",
                "list --state dead,retrying",
                "show 1",
                "show 2",
                "show 3",
                "show 5",
                "queues",
                "stats",
                "handlers",
                "cron",
                "cron next nightly -n 2",
                "config",
                "doctor",
                "retry --state dead --dry-run",
                "prune");
        List<String> data = List.of(
                "list -q",
                "list --json",
                "show 1 --json",
                "show 3 --json",
                "show 1 -q",
                "queues --json",
                "queues -q",
                "stats --json",
                "stats -q",
                "handlers --json",
                "handlers -q",
                "cron --json",
                "cron -q",
                "cron next nightly --json",
                "config --json",
                "config -q",
                "config --get jobs.timeout",
                "doctor --json",
                "doctor -q",
                "wait 1",
                "wait 3",
                "wait 1 3 4",
                "logs 1",
                "logs 5");
        return Stream.of(
                        lines.stream().map(line -> Golden.Case.of("terminal", TERMINAL, line)),
                        lines.stream().map(line -> Golden.Case.of("pipe", 0, line)),
                        data.stream().map(line -> Golden.Case.of("data", 0, line)))
                .flatMap(cases -> cases);
    }

    static Stream<Golden.Case> changing() {
        List<String> people = List.of("enqueue mail ann", "enqueue mail --key k", "backup copy.db");
        List<String> programs = List.of(
                "enqueue mail ann",
                "enqueue mail --json",
                "enqueue mail --key k --json",
                "enqueue --batch -",
                "enqueue --batch - --json",
                "retry 3",
                "retry 3 4 --json",
                "retry --state dead --yes -q",
                "cancel 6",
                "cancel 6 5 --json",
                "cancel --queue bulk --yes",
                "delete 1",
                "delete 1 --json",
                "delete --state done,dead --yes -q",
                "pause",
                "pause bulk",
                "resume",
                "resume slow",
                "prune --json",
                "prune -q",
                "try resize a.png",
                "try resize a.png --json",
                "try fail",
                "try fail --attempt 10",
                "try later",
                "try later --json",
                "try fail --json",
                "try give-up",
                "try fail -q",
                "init new");
        return Stream.concat(
                people.stream().map(line -> Golden.Case.of("terminal", TERMINAL, line)),
                programs.stream().map(line -> Golden.Case.of("changing", 0, line)));
    }

    static Stream<Golden.Case> mistakes() {
        return Stream.of(
                        "",
                        "nosuch",
                        "lst",
                        "enqueue",
                        "enqueue nosuch",
                        "enqueue mial",
                        "enqueue notes",
                        "enqueue mail --delay soon",
                        "enqueue mail --at tomorrow",
                        "enqueue mail --prioritty 3",
                        "enqueue mail --priority high",
                        "enqueue mail --priority 101",
                        "enqueue mail --max-attempts 0",
                        "enqueue mail --after 999",
                        "enqueue mail --after x",
                        "enqueue mail --queue a/b",
                        "enqueue mail --payload @missing",
                        "enqueue --batch missing",
                        "enqueue --batch",
                        "list dead",
                        "list --state deed",
                        "list --limit 0",
                        "list --since now",
                        "list --json=yes",
                        "show",
                        "show x",
                        "show 999",
                        "logs 999",
                        "logs 3 --attempt 7",
                        "wait",
                        "wait 999",
                        "retry",
                        "retry 1",
                        "retry 999",
                        "retry 3 --state dead",
                        "retry --state dead",
                        "retry --queue nosuch --yes",
                        "cancel 999",
                        "cancel 1",
                        "delete 5",
                        "delete 999",
                        "pause a/b",
                        "resume",
                        "cron next",
                        "cron next nightyl",
                        "cron next nightly -n 0",
                        "config --get jobs",
                        "config --get job.timeout",
                        "backup",
                        "backup workerd.toml",
                        "backup queue",
                        "backup no/copy",
                        "copy",
                        "schema",
                        "completion",
                        "completion tcsh",
                        "try",
                        "try nosuch",
                        "try mial",
                        "try notes",
                        "try mail --attempt 0",
                        "try mail -x",
                        "stop --nwo",
                        "help nosuch",
                        "init .",
                        "doctor now",
                        "bench now",
                        "status")
                .map(line -> Golden.Case.of("mistakes", 0, line));
    }

    static Stream<Golden.Case> help() {
        return Stream.concat(Stream.of("help"), Commands.NAMES.stream().map(name -> "help " + name))
                .map(line -> Golden.Case.of("help", 0, line));
    }
}
