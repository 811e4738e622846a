package org.workerd.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsException;
import org.workerd.config.SettingsFile;
import org.workerd.engine.Engines;
import org.workerd.job.Allowed;
import org.workerd.ops.DaemonReasons;
import org.workerd.ops.WaitReasons;
import org.workerd.store.Engine;
import org.workerd.store.JobQueries;
import org.workerd.store.StoreException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command tree, and the one place where what went wrong becomes a message and an exit status. */
@Command(
        name = "workerd",
        synopsisSubcommandLabel = "COMMAND",
        description = "A durable job queue, and the daemon that runs its jobs.",
        sortOptions = false,
        versionProvider = Main.Version.class,
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed, or nothing matched",
            "2:wrong usage or input",
            "4:not permitted",
            "6:configuration missing or bad",
            "7:the daemon is not running",
            "70:a bug of ours",
            "73:done, but the answer could not be printed; stderr says what was done",
            "74:disk full or I/O error; nothing was changed",
            "75:try again: the queue stayed locked, or the time ran out"
        },
        footer = {"", "Examples:", "  workerd init demo", "  workerd help enqueue"})
public final class Main implements Runnable {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "the configuration file (default: $WORKERD_CONFIG, /etc/workerd/workerd.toml, your own)")
    @Nullable
    Path config;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show the stack trace of an error")
    boolean debug;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help and exit")
    boolean help;

    /** As long as it may take the daemon, and whoever else writes, to let us in. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Console console;
    private final Environment environment;
    /** That of this machine, and once a queue is open for reading, that queue's. */
    private InstantSource clock;

    public Main(Console console, Environment environment, InstantSource clock) {
        this.console = console;
        this.environment = environment;
        this.clock = clock;
    }

    public static void main(String[] arguments) {
        if (!Commands.asked(arguments).equals("run")) {
            // The SQLite driver logs; what it says there nobody wants to read, or wait for a log library to load.
            System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
            System.setProperty("slf4j.internal.verbosity", "WARN");
        }
        Main main = new Main(Console.ofProcess(), Environment.ofCommand(), InstantSource.system());
        Optional<Failure> refusal = ExactArguments.refusal(arguments);
        exit(refusal.isPresent() ? main.tell(refusal.get()) : main.execute(arguments));
    }

    @Allowed("the one place where the process ends with a status")
    private static void exit(int status) {
        System.exit(status);
    }

    int execute(String... arguments) {
        int status = told(arguments);
        // Whoever read the output has enough of it, as head does: no reason to complain, and nothing went wrong.
        return console.isWritable() || console.isReaderGone() ? status : untold(status);
    }

    /** The output could not be written. Whoever repeats a command for its answer must know that it did its work. */
    private int untold(int status) {
        Optional<String> done = console.whatWasDone();
        console.say("workerd: " + done.orElse("cannot write the output") + ": the disk is full, or stdout is closed");
        console.say(
                done.isPresent()
                        ? "  Do not repeat the command. See what it did: workerd list"
                        : "  Free disk space, or redirect stdout to another file.");
        ExitCode code = done.isPresent() ? ExitCode.UNTOLD : ExitCode.IO_ERROR;
        return status == 0 ? code.status() : status;
    }

    /** Also of a failure that no command catches: an Error is told in words, too. */
    private int told(String... arguments) {
        try {
            return run(arguments);
        } catch (Error failure) {
            return report(failure, "workerd");
        }
    }

    private int run(String... arguments) {
        String asked = Commands.asked(arguments);
        Optional<? extends Callable<Integer>> quick =
                switch (asked) {
                    case "enqueue" -> QuickEnqueue.read(this, arguments);
                    case "start", "run" -> QuickStart.read(this, arguments);
                    default -> Optional.empty();
                };
        if (quick.isEmpty()) {
            return commandLine(asked).execute(arguments);
        }
        try {
            return quick.get().call();
        } catch (Exception failure) {
            return report(failure, "workerd " + asked);
        }
    }

    /** With the command that was asked for, or with all if it could be any. Were it public, java would load its type. */
    CommandLine commandLine(String asked) {
        CommandLine line = new CommandLine(this);
        boolean known = Commands.NAMES.contains(asked) && !Commands.ABOUT_ALL.contains(asked);
        for (String name : known ? List.of(asked) : Commands.NAMES) {
            line.addSubcommand(name, Commands.make(name, this));
        }
        line.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .usageMessage()
                .parameterListHeading("%n")
                .optionListHeading("%nOptions:%n"));
        PrintWriter out = new PrintWriter(console.data(), true, StandardCharsets.UTF_8);
        line.setOut(out);
        line.setErr(out);
        line.setExpandAtFiles(false);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(colours() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpWidth(console.helpWidth());
        line.setParameterExceptionHandler((failure, given) -> usageError(failure));
        line.setExecutionExceptionHandler((failure, command, parsed) ->
                report(failure, command.getCommandSpec().qualifiedName()));
        return line;
    }

    boolean colours() {
        Map<String, String> variables = environment.variables();
        return console.isTerminal()
                && variables.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(variables.get("TERM"));
    }

    /** No command at all: the help, as an error. */
    @Override
    public void run() {
        console.say(commandLine("").getUsageMessage());
        throw new Failure(ExitCode.USAGE, "no command given", "Try: workerd help");
    }

    Environment environment() {
        return environment;
    }

    Instant now() {
        return clock.instant();
    }

    Console console() {
        return console;
    }

    /**
     * The configuration in force.
     *
     * @throws SettingsException with every problem that it has
     */
    SettingsFile.Loaded settings() {
        return SettingsFile.load(config, environment);
    }

    /** The queue that these settings name. */
    static Engine engine(Settings settings) {
        return Engines.of(settings.queue(), PATIENCE);
    }

    /** Opens that queue for reading; from now on its clock says what time it is. */
    JobQueries read(Settings settings) {
        JobQueries queries = engine(settings).openForReading();
        clock = queries.clock(clock);
        return queries;
    }

    /** Why jobs of this queue wait, as of now. */
    WaitReasons waitReasons(Settings settings, JobQueries queries) {
        return new WaitReasons(
                queries,
                new DaemonReasons(queries, settings.directory()),
                settings.limits(),
                () -> HandlerCheck.view(settings),
                queries.clock(clock).instant());
    }

    private int usageError(CommandLine.ParameterException failure) {
        return tell(Usage.of(failure));
    }

    private int report(Throwable failure, String command) {
        if (debug) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            console.say(trace.toString());
        }
        Failure told = Failures.of(failure);
        boolean missing = failure instanceof StoreException store && store.kind() == StoreException.Kind.MISSING;
        boolean unnamed = config == null && !environment.variables().containsKey("WORKERD_CONFIG");
        if (missing && unnamed) {
            told = OtherInstallation.advice(Path.of("").toAbsolutePath(), environment.variables())
                    .map(told::withAdvice)
                    .orElse(told);
        }
        boolean helpless = told.code() == ExitCode.USAGE && told.advice().isEmpty();
        return tell(helpless ? told.withAdvice("Try: " + command + " --help") : told);
    }

    private int tell(Failure failure) {
        console.flush();
        console.say("workerd: " + failure.getMessage());
        if (!failure.advice().isEmpty()) {
            console.say("  " + failure.advice());
        }
        return failure.code().status();
    }

    /** Read from the jar's manifest, where Maven wrote it. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"workerd " + (version == null ? "(not packaged)" : version)};
        }
    }
}
