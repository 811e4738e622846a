package org.workerd.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.slf4j.helpers.NOP_FallbackServiceProvider;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;
import org.workerd.job.Allowed;
import org.workerd.probe.ProbePlugin;
import sun.misc.Signal;

/**
 * A day's work in a second, in a private installation: the JVM that runs it learns which classes it takes, and writes
 * them to its archive when it ends ({@code workerd archive}). How the commands end does not matter here: what was not
 * played is loaded from the jars later, as ever.
 */
final class ClassArchiveTraining {
    private static final String BEFORE = "init DIR";
    private static final String DAEMON = "-c DIR/workerd.toml run";
    private static final String LINE = "{\"name\":\"hello\",\"args\":[\"Ann\"]}\n";

    /** For TOML's own parser: it reads what is more than plain. */
    private static final String NOT_PLAIN = "queue.url = \"sqlite:queue/queue.db\"\n";

    /** The first ones are done before {@code wait} returns, so that the rest has something to show. */
    private static final String DURING =
            """
            enqueue hello Ann
            enqueue hello --payload text --queue default --priority 1 --delay 1ms --key k --timeout 1m --max-attempts 2
            enqueue hello --after 1 --json
            enqueue --batch -
            enqueue helo
            enqueue -c DIR/odd.toml hello --force
            enqueue -c DIR/server.toml hello --force
            list -c DIR/server.toml
            enqueue hello --debug
            wait 1 2 3 4 --timeout 20s
            enqueue noop
            list
            list --state done --json
            show 1
            show 1 --json
            logs 1
            stats
            stats --json
            queues
            pause
            resume
            retry 1
            cancel 1
            delete --state done --dry-run
            handlers
            cron
            config
            config --get queue.url
            doctor
            prune
            backup DIR/copy.db
            try hello
            start
            help enqueue
            completion bash
            --version
            """;

    private ClassArchiveTraining() {}

    /**
     * Plays it.
     *
     * @param arguments the directory of the installation, which is not there yet
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String directory = arguments[0];
        // The commands' own log, see Main, which the daemon's stands in for here.
        NOP_FallbackServiceProvider silent = new NOP_FallbackServiceProvider();
        silent.initialize();
        silent.getLoggerFactory().getLogger("silent");
        Console.ofProcess().flush();
        // Asked by Main.main alone, before the commands below begin.
        ExactArguments.refusal(arguments).ifPresent(wrong -> {
            throw wrong;
        });
        play(BEFORE, directory);
        Files.writeString(Path.of(directory, "odd.toml"), NOT_PLAIN);
        try (EmptyPostgres server = new EmptyPostgres()) {
            Files.writeString(Path.of(directory, "server.toml"), "[queue]\nurl = \"" + server.url() + "\"\n");
            ProbePlugin.write(Path.of(directory, "plugins"));
            Thread commands = new Thread(() -> {
                DURING.lines()
                        .map(line -> line.contains("-c ") ? line : "-c DIR/workerd.toml " + line)
                        .forEach(line -> play(line, directory));
                Signal.raise(new Signal("TERM"));
            });
            commands.start();
            play(DAEMON, directory);
            commands.join();
        }
        exit();
    }

    private static void play(String line, String directory) {
        String[] words = Stream.of(line.split(" "))
                .map(word -> word.replace("DIR", directory))
                .toArray(String[]::new);
        InputStream input = new ByteArrayInputStream(LINE.getBytes(StandardCharsets.UTF_8));
        OutputStream nowhere = OutputStream.nullOutputStream();
        Console console = new Console(input, nowhere, nowhere, Console.Screen.NONE);
        new Main(console, Environment.ofProcess(), InstantSource.system()).execute(words);
    }

    /** Whatever else still runs. */
    @Allowed("the training process ends with it")
    private static void exit() {
        System.exit(0);
    }
}
