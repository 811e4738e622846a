package org.workerd.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.SettingsException.Problem;

/**
 * What the configuration depends on besides its files.
 *
 * @param variables the environment variables
 * @param root whether this process is root's
 * @param processors how many there are, the default of the concurrency
 * @param systemConfig the system's configuration file, whether it exists or not
 */
public record Environment(Map<String, String> variables, boolean root, int processors, Path systemConfig) {
    static final String NOT_TEXT = "is not UTF-8 text";

    private static final int MOST_JOBS = 1024;

    public Environment {
        variables = Map.copyOf(variables);
    }

    public static Environment ofProcess() {
        return new Environment(
                System.getenv(),
                isRoot(),
                Runtime.getRuntime().availableProcessors(),
                Path.of("/etc/workerd/workerd.toml"));
    }

    /**
     * As {@link #ofProcess}, for a command whose answer is about the daemon: the caller's time zone is not the daemon's.
     */
    public static Environment ofCommand() {
        Environment process = ofProcess();
        Map<String, String> variables = new HashMap<>(process.variables);
        variables.remove("TZ");
        return new Environment(variables, process.root, process.processors, process.systemConfig);
    }

    /** By whose clocks a schedule without a time zone goes. */
    ZoneId zone() {
        return SystemZone.of(variables);
    }

    /**
     * The configuration file that holds, as an absolute path.
     *
     * @param by who asked for it, to be told when it can't be read
     */
    record Chosen(Path file, String by) {}

    /** The first of: the given one, $WORKERD_CONFIG, the system's and the user's if they exist; empty: only defaults hold. */
    Optional<Chosen> configFile(@Nullable Path explicit) {
        if (explicit != null) {
            return Optional.of(new Chosen(explicit.toAbsolutePath(), " (named by --config)"));
        }
        String named = variables.getOrDefault("WORKERD_CONFIG", "");
        if (!named.isEmpty()) {
            return Optional.of(new Chosen(named(named), " (named by WORKERD_CONFIG)"));
        }
        return existing(systemConfig.toAbsolutePath())
                .or(() -> root ? Optional.empty() : userConfig().flatMap(Environment::existing));
    }

    /** Whether the defaults are those of the system's daemon, not of a user's own. */
    boolean isSystem(Optional<Chosen> chosen) {
        Path system = systemConfig.toAbsolutePath().normalize();
        return root
                || chosen.filter(config -> config.file().normalize().equals(system))
                        .isPresent();
    }

    /** The text of a default with its $NAME at its place; empty: it would be below the home directory, which is unknown. */
    Optional<String> expand(String text) {
        if (text.equals("$PROCESSORS")) {
            return Optional.of(Integer.toString(Math.min(processors, MOST_JOBS)));
        }
        int from = text.indexOf('$');
        if (from < 0) {
            return Optional.of(text);
        }
        int to = text.indexOf('/', from);
        return directory(text.substring(from + 1, to))
                .map(directory -> text.substring(0, from) + directory + text.substring(to));
    }

    private Optional<Path> userConfig() {
        return directory("XDG_CONFIG_HOME").map(home -> home.resolve("workerd/workerd.toml"));
    }

    private Optional<Path> directory(String variable) {
        return absolute(variable).or(() -> switch (variable) {
            case "XDG_CONFIG_HOME" -> absolute("HOME").map(home -> home.resolve(".config"));
            case "XDG_STATE_HOME" -> absolute("HOME").map(home -> home.resolve(".local/state"));
            case "XDG_RUNTIME_DIR" -> directory("XDG_STATE_HOME");
            default -> Optional.empty();
        });
    }

    /** The XDG specification has relative paths ignored. */
    private Optional<Path> absolute(String variable) {
        try {
            String value = variables.getOrDefault(variable, "");
            checkText(variable, value);
            return Optional.of(Path.of(value)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Java has put this character where the bytes were not UTF-8; the file of that name is another one. */
    private static void checkText(String variable, String value) {
        if (!isText(value)) {
            throw new SettingsException(List.of(new Problem(variable, NOT_TEXT)));
        }
    }

    static boolean isText(String value) {
        return value.indexOf('\uFFFD') < 0;
    }

    private static Path named(String config) {
        checkText("WORKERD_CONFIG", config);
        try {
            return Path.of(config).toAbsolutePath();
        } catch (InvalidPathException e) { // never go on with another configuration
            throw new SettingsException(List.of(new Problem(
                    "WORKERD_CONFIG",
                    "contains characters that are not valid in this locale: " + SettingType.quoted(config))));
        }
    }

    /** What can't be looked at counts as existing: better to say so than to go on with another configuration. */
    private static Optional<Chosen> existing(Path file) {
        return Files.notExists(file) ? Optional.empty() : Optional.of(new Chosen(file, ""));
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "root".equals(System.getProperty("user.name")); // no /proc here
        }
    }
}
