package org.workerd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.daemon.Directories;
import org.workerd.engine.Engines;
import org.workerd.job.ShellWord;
import org.workerd.store.QueueUrl;
import org.workerd.worker.attempt.OpenDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code workerd init}. */
@Command(
        name = "init",
        description = "Create a private installation in a directory; needs no root.",
        footer = {"", "Examples:", "  workerd init demo && cd demo && ./workerd start", "  workerd init ~/jobs"})
final class Init implements Callable<Integer> {
    private static final String SETTINGS =
            """
            # The settings of this private installation. Relative paths are relative to this file's directory.
            # All settings, and where each comes from: ./workerd config

            [daemon]
            pidfile = "run/workerd.pid"

            [queue]
            url = "sqlite:queue/queue.db"

            [handlers]
            dir = "handlers"
            plugins = "plugins"

            [log]
            file = "log/workerd.log"

            # The API and metrics: take the # away, and ./workerd reload. Programs send the token that stands in the file.
            [http]
            #listen = "127.0.0.1:PORT"
            token_file = "http.token"
            """;

    private static final String HELLO =
            """
            #!/bin/sh
            # A handler is a program: its arguments are the job's, its input is the payload, and what it prints is kept.
            echo "Hello, ${*:-world}!"
            cat
            """;

    private static final String WRAPPER =
            """
            #!/bin/sh
            # workerd with the settings beside this file.
            here=$(readlink -f -- "$0")
            exec PROGRAM --config "${here%/*}/workerd.toml" "$@"
            """;

    private static final int FIRST_PORT = 8888;
    private static final int PORTS = 100;
    private static final int TOKEN_BYTES = 32;

    private final Main main;

    @Parameters(paramLabel = "DIR", description = "the directory; created if missing")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path directory;

    Init(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        refuseToOverwrite();
        try (OpenDirectory top = open()) {
            for (String name : List.of("plugins", "log", "run")) {
                make(top, name, "rwxr-xr-x").close();
            }
            make(top, "queue", "rwx------").close();
            try (OpenDirectory handlers = make(top, "handlers", "rwxr-xr-x")) {
                handlers.write("hello", HELLO, "rwxr-xr-x");
                handlers.write("run", example("run"), "rwxr-xr-x");
            }
            top.write("workerd", WRAPPER.replace("PROGRAM", LogRotation.shellWord(program())), "rwxr-xr-x");
            top.write("workerd.toml", SETTINGS.replace("PORT", Integer.toString(freePort())), "rw-r--r--");
            top.write("http.token", token() + "\n", "rw-------");
            top.write("logrotate.conf", rotation().text(), "rw-r--r--");
        }
        Engines.of(new QueueUrl.Sqlite(directory.resolve("queue/queue.db").toAbsolutePath()), Duration.ofSeconds(1))
                .openOrCreate()
                .close();
        tell();
        return 0;
    }

    /** The first from 8888 on that nobody has now. */
    private static int freePort() {
        for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
            try (ServerSocket free = new ServerSocket()) {
                free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                // The next one may be free.
            }
        }
        return FIRST_PORT;
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void refuseToOverwrite() {
        for (String name :
                List.of("workerd.toml", "workerd", "logrotate.conf", "http.token", "handlers/hello", "handlers/run")) {
            if (Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new Failure(
                        ExitCode.FAILED,
                        directory.resolve(name) + " exists already; nothing was changed",
                        "Choose another directory, or move it away.");
            }
        }
    }

    private void tell() {
        Console console = main.console();
        console.say("Created a private installation in " + directory + ". Now:");
        console.say("  cd " + ShellWord.of(directory));
        console.say("  ./workerd start");
        console.say("  ./workerd enqueue hello Ann --wait");
        console.say("  ./workerd enqueue run -- make -C ~/src -j4");
        console.say("  ./workerd list");
        console.say("Its handlers are the programs in " + directory.resolve("handlers") + ".");
    }

    /** What is there already keeps its permissions; what is made above it gets those by the umask. */
    private OpenDirectory open() throws IOException {
        Path whole = directory.toAbsolutePath();
        if (Files.isDirectory(whole)) {
            return OpenDirectory.of(whole);
        }
        make(whole);
        try (OpenDirectory above = OpenDirectory.of(whole.resolveSibling(""))) {
            return allow(above, whole, "rwxr-xr-x");
        }
    }

    private OpenDirectory make(OpenDirectory top, String name, String permissions) throws IOException {
        Path wanted = directory.toAbsolutePath().resolve(name);
        if (!Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
            make(wanted);
        }
        return allow(top, wanted, permissions);
    }

    private static void make(Path wanted) throws IOException {
        try {
            Directories.make(wanted);
        } catch (FileAlreadyExistsException file) {
            throw new Failure(
                    ExitCode.FAILED, "cannot make " + wanted + ": " + file.getFile() + " is not a directory", "");
        }
    }

    /** Whatever the umask. Where somebody else may write, a link could have us open up any other directory. */
    private static OpenDirectory allow(OpenDirectory above, Path made, String permissions) throws IOException {
        OpenDirectory opened = above.below(String.valueOf(made.getFileName())).orElseThrow();
        opened.allow(permissions);
        return opened;
    }

    /** This installation's launcher. */
    private static Path program() {
        return Path.of(System.getProperty("workerd.home", ".")).toAbsolutePath().resolve("bin/workerd");
    }

    /** The logrotate of tomorrow runs elsewhere: whole paths, without links. */
    private LogRotation rotation() throws IOException {
        Path top = directory.toRealPath();
        return new LogRotation(top.resolve("log/workerd.log"), program(), top.resolve("workerd.toml"));
    }

    /** A handler of deploy/examples. */
    private static String example(String name) throws IOException {
        try (InputStream text = Objects.requireNonNull(Init.class.getResourceAsStream("handlers/" + name), name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
