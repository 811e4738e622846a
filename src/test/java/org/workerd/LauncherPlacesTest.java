package org.workerd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.workerd.config.Environment;
import org.workerd.config.SettingsException;
import org.workerd.config.SettingsFile;

/** Where the launcher looks for the daemon and for what it runs is where Java puts them, or it asks Java. */
class LauncherPlacesTest extends LauncherLaws {
    private static final String ASKED = "/asked-java";

    /** One machine: a configuration, where it is looked for, and what both said of it. */
    private record Machine(Path dir, boolean root, @Nullable String named, Map<String, String> variables) {
        Path system() {
            return dir.resolve("etc/workerd.toml");
        }

        /** For the shell. */
        String surroundings() {
            String all = variables.entrySet().stream()
                    .map(variable -> "export " + variable.getKey() + "='" + variable.getValue() + "'\n")
                    .collect(Collectors.joining());
            return "unset HOME\n" + all + "system=" + system() + " root=" + root + " config='"
                    + (named == null ? "" : named) + "'\n";
        }

        /** What the launcher said: the pidfile and the ledgers' directory, or nothing. */
        List<String> said() throws IOException {
            return Files.readAllLines(dir.resolve("said"), UTF_8);
        }

        SettingsFile.Loaded asJavaReadsIt() {
            Map<String, String> absolute = new TreeMap<>(variables);
            absolute.computeIfPresent("WORKERD_CONFIG", (name, file) -> file.isEmpty() ? "" : in(file));
            return SettingsFile.load(
                    named == null ? null : Path.of(in(named)), new Environment(absolute, root, 4, system()));
        }

        boolean isGood() {
            try {
                asJavaReadsIt();
                return true;
            } catch (SettingsException refused) {
                return false;
            }
        }

        private String in(String file) {
            return dir.resolve("work").resolve(file).toString();
        }

        @Override
        public String toString() {
            try (Stream<Path> files = Files.walk(dir)) {
                StringBuilder all = new StringBuilder();
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    all.append("\n---- ")
                            .append(dir.relativize(file))
                            .append('\n')
                            .append(Files.readString(file));
                }
                return all.toString();
            } catch (IOException e) {
                return dir.toString();
            }
        }
    }

    @Test
    void bothFindTheSameFilesByTheConfiguration() throws Exception {
        List<Machine> machines = new ArrayList<>();
        for (int number = 0; number < 400; number++) {
            machines.add(machine(top.resolve("machine" + number)));
        }
        launcher(
                """
                as_root() { [ "$root" = true ]; }
                ask_java() { case $1 in queue.url) echo sqlite:%1$s/queue.db ;; *) echo %1$s ;; esac; }
                for machine in "$1"/machine*; do
                    (
                        cd "$machine/work"
                        . ../surroundings
                        find_config
                        read_config
                        find_pidfile
                        find_ledgers
                        printf '%%s\\n' "$pidfile" "$ledgers"
                    ) >"$machine/said" 2>"$machine/complaint"
                done
                """
                        .formatted(ASKED));
        int alone = 0;
        List<String> differ = new ArrayList<>();
        for (Machine machine : machines) {
            compare(machine).ifPresent(differ::add);
            alone += machine.said().contains(ASKED) ? 0 : 1;
        }
        assertThat(differ).isEmpty();
        assertThat(machines.stream().filter(Machine::isGood).count()).isGreaterThan(machines.size() / 4);
        assertThat(alone).as("answers without a JVM").isGreaterThan(machines.size() / 2);
    }

    /** What is wrong, if anything: an answer of the launcher's own that is not Java's. */
    private static Optional<String> compare(Machine machine) throws IOException {
        List<String> said = machine.said();
        try {
            var settings = machine.asJavaReadsIt().settings();
            List<Path> right = List.of(settings.pidfile(), settings.directory().ledgers());
            boolean same = said.size() == 2
                    && (said.get(0).equals(ASKED) || steps(said.get(0)).equals(steps(right.get(0))))
                    && (said.get(1).equals(ASKED + "/daemons")
                            || steps(said.get(1)).equals(steps(right.get(1))));
            return same ? Optional.empty() : Optional.of(said + " but Java: " + right + machine);
        } catch (SettingsException refused) {
            String place = machine.variables().containsKey("WORKERD_DAEMON__PIDFILE") ? "WORKERD_DAEMON__PIDFILE" : "";
            boolean pidfile = refused.getMessage().contains(place + "  daemon.pidfile: ");
            boolean same = !pidfile || said.isEmpty() || said.get(0).equals(ASKED);
            return same ? Optional.empty() : Optional.of(said + " but Java: " + refused.getMessage() + machine);
        }
    }

    /** Without what changes nothing: neither has links followed. */
    private static List<String> steps(Object path) {
        return Stream.of(path.toString().split("/"))
                .filter(step -> !step.isEmpty() && !step.equals("."))
                .toList();
    }

    private Machine machine(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("work"));
        String named = chance.one(3)
                ? chance.some(
                        dir + "/conf/workerd.toml",
                        "../conf/a=b.toml",
                        "here.toml",
                        "./here.toml",
                        "../etc/workerd.toml",
                        dir + "/etc/../etc/workerd.toml",
                        dir + "/etc/workerd.toml")
                : null;
        Machine machine = new Machine(dir, chance.one(3), named, variables(dir));
        Files.writeString(dir.resolve("surroundings"), machine.surroundings());
        files(dir);
        return machine;
    }

    private Map<String, String> variables(Path dir) {
        Map<String, String> variables = new TreeMap<>();
        for (String name : List.of("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")) {
            String value =
                    chance.some("", "relative/" + name, dir + "/" + name, dir + "/" + name, dir + "//" + name + "/");
            if (chance.nextInt(name.equals("HOME") ? 9 : 2) > 0) {
                variables.put(name, value);
            }
        }
        if (chance.one(6)) {
            variables.put(
                    "WORKERD_CONFIG", chance.some("", dir + "/conf/workerd.toml", "../conf/a=b.toml", "here.toml"));
        }
        if (chance.one(12)) {
            variables.put("WORKERD_DAEMON__PIDFILE", chance.some("", "/over/ridden.pid", "relative.pid", "~/x.pid"));
        }
        if (chance.one(12)) {
            variables.put("WORKERD_QUEUE__URL", chance.some("sqlite:/over/ridden.db", "sqlite:/a/./b//c.db"));
        }
        return variables;
    }

    /** In all places where either may look. */
    private void files(Path dir) throws IOException {
        for (String directory : List.of(
                "conf",
                "work",
                "etc",
                "HOME/.config/workerd",
                "XDG_CONFIG_HOME/workerd",
                "work/relative/HOME/.config/workerd",
                "work/relative/XDG_CONFIG_HOME/workerd")) {
            for (String name : List.of("workerd.toml", "a=b.toml", "here.toml")) {
                if (chance.one(2)) {
                    write(dir.resolve(directory).resolve(name));
                }
            }
            for (String name : List.of("10-a.toml", "B.toml", "c=d.toml", ".hidden.toml", "z.conf")) {
                if (chance.one(9)) {
                    write(dir.resolve(directory).resolve("conf.d").resolve(name));
                }
            }
        }
    }

    private void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, new RandomToml(chance).next());
    }
}
