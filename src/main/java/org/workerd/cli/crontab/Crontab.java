package org.workerd.cli.crontab;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workerd.job.Names;
import org.workerd.job.NewJob;
import org.workerd.job.Schedule;

/** The lines of a crontab, read as Vixie's cron and Debian's do. Once, for one thread. */
public final class Crontab {
    private static final Pattern VARIABLE =
            Pattern.compile("(\"[^\"]*\"|'[^']*'|[^\\s=\"'#@]+)\\s*=\\s*(.*)", Pattern.DOTALL);
    private static final Pattern ENTRY =
            Pattern.compile("-?\\s*(@\\S+|\\S+(?:\\s+\\S+){4})(?:\\s+(.*))?", Pattern.DOTALL);
    private static final Pattern USER_AND_COMMAND = Pattern.compile("(\\S+)(?:\\s+(.*))?", Pattern.DOTALL);

    private final boolean system;
    private final List<CrontabPart> parts = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> users = new LinkedHashSet<>();
    private CrontabVariables variables = CrontabVariables.NONE;

    /** @param system whether lines name a user between the time and the command */
    public Crontab(boolean system) {
        this.system = system;
    }

    /** Reads all lines; what is wrong with them is in {@link #problems}. */
    public static Crontab read(List<String> lines, boolean system) {
        Crontab crontab = new Crontab(system);
        for (int i = 0; i < lines.size(); i++) {
            try {
                crontab.read(lines.get(i).strip());
            } catch (IllegalArgumentException wrong) {
                crontab.problems.add("line " + (i + 1) + ": " + wrong.getMessage());
            }
        }
        return crontab;
    }

    /**
     * Whether each of the lines that start a command begins it with the name of a user, as in /etc/crontab.
     *
     * @param known the users of this machine
     */
    public static boolean looksLikeSystem(List<String> lines, Set<String> known) {
        List<String> commands = lines.stream()
                .map(String::strip)
                .filter(line -> !line.startsWith("#") && !VARIABLE.matcher(line).matches())
                .map(ENTRY::matcher)
                .filter(Matcher::matches)
                .map(entry -> entry.group(2) == null ? "" : entry.group(2))
                .toList();
        return !commands.isEmpty()
                && commands.stream().allMatch(command -> {
                    Matcher words = USER_AND_COMMAND.matcher(command);
                    return words.matches() && words.group(2) != null && known.contains(words.group(1));
                });
    }

    /** A sentence each, with the number of the line. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** How many commands there are. */
    public int jobs() {
        return (int) parts.stream().filter(CrontabPart.Job.class::isInstance).count();
    }

    /** Whom the lines of a system crontab name, each once. */
    public Set<String> users() {
        return Set.copyOf(users);
    }

    /** The tables, with the comments around them. */
    public String toml() {
        JobIds ids = new JobIds();
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.toml(ids)).append('\n'));
        return text.toString().replaceAll("\n{3,}", "\n\n").strip();
    }

    private void read(String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            parts.add(new CrontabPart.Comment(line));
            return;
        }
        Matcher variable = VARIABLE.matcher(line);
        if (variable.matches()) {
            set(unquoted(variable.group(1)), unquoted(variable.group(2).strip()), line);
            return;
        }
        Matcher entry = ENTRY.matcher(line);
        if (!entry.matches()) {
            throw new IllegalArgumentException(
                    "expected five fields and a command, found \"" + Names.printable(line) + '"');
        }
        add(Schedule.parse(entry.group(1)), entry.group(2) == null ? "" : entry.group(2));
    }

    private void set(String name, String value, String line) {
        variables = variables.with(name, value);
        CrontabVariables.reason(name)
                .ifPresent(why -> parts.add(new CrontabPart.Comment("# " + line + " # not taken over: " + why)));
    }

    private void add(Schedule schedule, String rest) {
        String command = rest;
        Optional<String> user = Optional.empty();
        if (system) {
            Matcher words = USER_AND_COMMAND.matcher(rest);
            if (!words.matches() || words.group(2) == null) {
                throw new IllegalArgumentException(
                        "expected a user and a command behind the time, as in /etc/crontab, found \""
                                + Names.printable(rest) + '"');
            }
            user = Optional.of(words.group(1));
            command = words.group(2);
            users.add(words.group(1));
        }
        CommandText text = CommandText.of(command);
        if (text.command().isBlank()) {
            throw new IllegalArgumentException("there is no command behind the time");
        }
        CrontabPart.Job job = new CrontabPart.Job(schedule, user, text.command(), text.input(), variables);
        NewJob.named("run").args(job.args()).payload(text.input().orElse(null)).build(); // refuses what no job can hold
        parts.add(job);
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1
                && (text.startsWith("\"") || text.startsWith("'"))
                && text.charAt(0) == text.charAt(text.length() - 1);
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
