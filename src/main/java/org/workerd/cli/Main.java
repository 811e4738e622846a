package org.workerd.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.workerd.daemon.DaemonException;
import org.workerd.daemon.Environment;
import org.workerd.daemon.SettingsException;
import org.workerd.daemon.SettingsFile;
import org.workerd.job.Allowed;
import org.workerd.store.StoreException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command tree, and the one place where what went wrong becomes a message and an exit status. */
@Command(
        name = "workerd",
        synopsisSubcommandLabel = "COMMAND",
        description = "A durable job queue in one file, and the daemon that runs its jobs.",
        sortOptions = false,
        versionProvider = Main.Version.class,
        subcommands = {Run.class, Start.class})
public final class Main implements Runnable {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "the configuration file; else $WORKERD_CONFIG, /etc/workerd/workerd.toml, your own")
    @Nullable
    Path config;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show where in the program an error arose")
    boolean debug;

    @Option(names = "--version", versionHelp = true, description = "print the version and exit")
    boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help and exit")
    boolean help;

    private final Console console = new Console();

    public static void main(String[] arguments) {
        exit(new Main().execute(arguments));
    }

    @Allowed("the one place where the process ends with a status")
    private static void exit(int status) {
        System.exit(status);
    }

    private int execute(String[] arguments) {
        int status = commandLine().execute(arguments);
        if (console.close()) {
            return status;
        }
        console.say("workerd: cannot write the output: the disk is full, or its reader is gone");
        return status == 0 ? ExitCode.IO_ERROR.status() : status;
    }

    private CommandLine commandLine() {
        CommandLine line = new CommandLine(this);
        line.setParameterExceptionHandler((failure, given) -> usageError(failure));
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure));
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    /** No command at all: the help, as an error. */
    @Override
    public void run() {
        console.say(commandLine().getUsageMessage());
        throw new Failure(ExitCode.USAGE, "no command given", "Try: workerd help");
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
        return SettingsFile.load(config, Environment.ofProcess());
    }

    private int usageError(CommandLine.ParameterException failure) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        return tell(new Failure(ExitCode.USAGE, String.valueOf(failure.getMessage()), "Try: " + command + " --help"));
    }

    private int report(Exception failure) {
        if (debug) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            console.say(trace.toString());
        }
        return tell(translate(failure));
    }

    private int tell(Failure failure) {
        console.flush();
        console.say("workerd: " + failure.getMessage());
        if (!failure.advice().isEmpty()) {
            console.say("  " + failure.advice());
        }
        return failure.code().status();
    }

    private static Failure translate(Exception failure) {
        if (failure instanceof Failure known) {
            return known;
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof SettingsException) {
            return new Failure(ExitCode.CONFIGURATION, message, "");
        }
        if (failure instanceof StoreException store) {
            return new Failure(code(store.kind()), message, advice(store.kind()));
        }
        if (failure instanceof DaemonException daemon) {
            return new Failure(code(daemon.kind()), message, "");
        }
        if (failure instanceof IllegalArgumentException) {
            return new Failure(ExitCode.USAGE, message, "");
        }
        if (failure instanceof IOException || failure instanceof UncheckedIOException) {
            return new Failure(ExitCode.IO_ERROR, message, "");
        }
        return new Failure(ExitCode.BUG, "a bug of ours: " + failure, "Please report it, with what --debug prints.");
    }

    /** The exit status that this failure would end the process with. */
    static int statusOf(Exception failure) {
        return translate(failure).code().status();
    }

    private static ExitCode code(StoreException.Kind kind) {
        return switch (kind) {
            case LOCKED -> ExitCode.TRY_AGAIN;
            case DISK, DAMAGED -> ExitCode.IO_ERROR;
            case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
            case INVALID -> ExitCode.USAGE;
            case MISSING, REFUSED, OTHER -> ExitCode.FAILED;
        };
    }

    private static ExitCode code(DaemonException.Kind kind) {
        return switch (kind) {
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
            case IO_ERROR -> ExitCode.IO_ERROR;
            case FAILED -> ExitCode.FAILED;
        };
    }

    private static String advice(StoreException.Kind kind) {
        return switch (kind) {
            case LOCKED -> "Try again; nothing was changed.";
            case DISK -> "Make room, or see what the kernel's log says of the disk; nothing was changed.";
            case NOT_PERMITTED -> "Use the account that owns the queue, or one of its group.";
            case MISSING -> "Make it with: workerd start, or workerd enqueue NAME";
            case REFUSED -> "Set queue.url to a queue of workerd's, or to a file that does not exist yet.";
            case DAMAGED -> "Restore a backup, or see what sqlite3 FILE .recover brings back.";
            case INVALID, OTHER -> "";
        };
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
