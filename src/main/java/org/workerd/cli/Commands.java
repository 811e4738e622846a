package org.workerd.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine;

/** Every command there is. Only the one that is asked for is made: reading the annotations of all takes 100 ms. */
public final class Commands {
    /** In the order in which help shows them. */
    public static final List<String> NAMES = List.of(
            "enqueue",
            "list",
            "top",
            "show",
            "logs",
            "wait",
            "retry",
            "cancel",
            "delete",
            "pause",
            "resume",
            "queues",
            "stats",
            "handlers",
            "cron",
            "try",
            "start",
            "stop",
            "restart",
            "reload",
            "status",
            "run",
            "init",
            "config",
            "doctor",
            "backup",
            "copy",
            "schema",
            "prune",
            "bench",
            "completion",
            "help");

    /** Those that need to know the others. */
    static final Set<String> ABOUT_ALL = Set.of("help", "completion");

    private Commands() {}

    /** All of them, with their options and texts. */
    public static CommandLine tree(Main main) {
        return main.commandLine("");
    }

    /** The command that these arguments name, or "" when they name none. */
    static String asked(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("-c") || argument.equals("--config")) {
                i++;
            } else if (argument.equals("--") || !argument.startsWith("-")) {
                return argument;
            }
        }
        return "";
    }

    static Object make(String name, Main main) {
        return switch (name) {
            case "enqueue" -> new Enqueue(main);
            case "list" -> new ListJobs(main);
            case "top" -> new Top(main);
            case "show" -> new Show(main);
            case "logs" -> new Logs(main);
            case "wait" -> new Wait(main);
            case "retry" -> new Retry(main);
            case "cancel" -> new Cancel(main);
            case "delete" -> new Delete(main);
            case "pause" -> new Pause(main);
            case "resume" -> new Resume(main);
            case "queues" -> new Queues(main);
            case "stats" -> new Stats(main);
            case "prune" -> new Prune(main);
            case "handlers" -> new ListHandlers(main);
            case "cron" ->
                new CommandLine(new Cron(main))
                        .addSubcommand("next", new CronNext(main))
                        .addSubcommand("run", new CronRun(main))
                        .addSubcommand("disable", new CronDisable(main))
                        .addSubcommand("enable", new CronEnable(main))
                        .addSubcommand("import", new CronImport(main));
            case "try" -> new Try(main);
            case "start" -> new Start(main);
            case "stop" -> new Stop();
            case "restart" -> new Restart();
            case "reload" -> new Reload();
            case "status" -> new Status(main);
            case "run" -> new Run(main);
            case "init" -> new Init(main);
            case "config" -> new Config(main);
            case "doctor" -> new Doctor(main);
            case "backup" -> new Backup(main);
            case "copy" -> new Copy(main);
            case "schema" -> new Schema(main);
            case "bench" -> new RunBench(main);
            case "completion" -> new Completion(main);
            case "help" -> new Help(main);
            default -> throw new IllegalArgumentException("no command is named " + name);
        };
    }
}
