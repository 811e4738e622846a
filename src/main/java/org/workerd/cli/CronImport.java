package org.workerd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.cli.batch.LineReader;
import org.workerd.cli.crontab.Crontab;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd cron import}. */
@Command(
        name = "import",
        sortOptions = false,
        description = "Print a crontab as schedules for the configuration. Changes nothing.",
        footer = {
            "",
            "Each line becomes a table [cron.ID] whose job runs the command with the handler",
            "run, in the home directory and with the variables that the crontab sets. What",
            "follows a %% is the job's payload. Comments stay. If a line cannot be imported,",
            "like one with @reboot, nothing is printed, and the error names the line.",
            "",
            "Examples:",
            "  crontab -l | workerd cron import - >cron.toml",
            "  workerd cron import /etc/cron.d/backup"
        })
final class CronImport implements Callable<Integer> {
    private static final int MOST_LINES = 100_000;
    private static final String HEAD =
            """
            # Schedules from a crontab. Check them, save this as a file conf.d/NAME.toml beside workerd.toml, take the
            # lines out of the crontab, and: workerd reload
            # Unlike cron, workerd runs all of them as the daemon's user, ends a command after jobs.timeout, starts none
            # while the schedule's last job runs (overlap), and makes up for missed runs (missed). Where a command may be
            # repeated, take max_attempts away: then it is tried again when it fails.
            """;

    private final Main main;

    @Parameters(paramLabel = "FILE", description = "the crontab; - is stdin")
    String file = "";

    @Option(names = "--system", description = "lines name a user, as in /etc/crontab (default: found out)")
    boolean system;

    @Option(names = "--user", description = "lines name no user, as crontab -l prints them")
    boolean user;

    CronImport(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        if (system && user) {
            throw Usage.wrong("cron import", "--system and --user exclude each other");
        }
        List<String> lines = lines();
        boolean detected = !system && !user && isSystem(lines);
        Crontab crontab = Crontab.read(lines, system || detected);
        if (!crontab.problems().isEmpty()) {
            throw failure(crontab.problems(), detected);
        }
        main.console().data(HEAD + '\n' + crontab.toml());
        tell(crontab, detected);
        return 0;
    }

    private void tell(Crontab crontab, boolean detected) {
        if (detected) {
            main.console().say("workerd: read as a system crontab, with a user on each line (--user: without)");
        }
        if (!crontab.users().isEmpty()) {
            main.console()
                    .say("workerd: the jobs will run as the daemon's user, not as "
                            + String.join(", ", new TreeSet<>(crontab.users())));
        }
        if (crontab.jobs() > 0) {
            HandlerCheck.view(main.settings().settings()).objection("run").ifPresent(why -> main.console()
                    .say("workerd: the jobs, named run, will wait: " + why));
        }
    }

    private Failure failure(List<String> problems, boolean detected) {
        String count = problems.size() == 1 ? "a line" : problems.size() + " lines";
        return new Failure(
                ExitCode.USAGE,
                "cannot import " + count + " of " + (file.equals("-") ? "stdin" : file)
                        + problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()),
                "Change the line or put # before it, and import again."
                        + (detected ? " If the lines name no user, give --user." : ""));
    }

    private boolean isSystem(List<String> lines) throws IOException {
        Path path = Path.of(file).toAbsolutePath().normalize();
        return path.equals(Path.of("/etc/crontab"))
                || path.startsWith("/etc/cron.d")
                || Crontab.looksLikeSystem(lines, users());
    }

    private static Set<String> users() throws IOException {
        Path passwd = Path.of("/etc/passwd");
        if (!Files.isReadable(passwd)) {
            return Set.of("root");
        }
        try (Stream<String> lines = Files.lines(passwd, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.replaceFirst(":.*", "")).collect(Collectors.toSet());
        }
    }

    private List<String> lines() throws IOException {
        if (file.equals("-")) {
            return lines(main.console().input());
        }
        try (InputStream in = Files.newInputStream(InputFile.of("cron import", file))) {
            return lines(in);
        }
    }

    private List<String> lines(InputStream in) throws IOException {
        LineReader reader = new LineReader(in);
        List<String> lines = new ArrayList<>();
        try {
            for (String line = reader.next(); line != null; line = reader.next()) {
                lines.add(line);
                if (lines.size() > MOST_LINES) {
                    throw new IllegalArgumentException("a crontab has at most " + MOST_LINES + " lines");
                }
            }
        } catch (IllegalArgumentException wrong) {
            throw failure(List.of("line " + reader.number() + ": " + wrong.getMessage()), false);
        }
        return lines;
    }
}
