package org.workerd.daemon.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsException;
import org.workerd.config.SettingsFile;
import org.workerd.engine.Engines;
import org.workerd.store.Engine;
import org.workerd.store.Health;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** Looks at everything that there is to be looked at, one check after the other. Not thread-safe. */
public final class Checkup {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Instant now;
    private final long begunNanos = System.nanoTime();
    private final boolean thorough;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * A checkup that has not begun.
     *
     * @param thorough also what takes long
     */
    public Checkup(Instant now, boolean thorough) {
        this.now = now;
        this.thorough = thorough;
    }

    /** Something to be looked at. */
    private interface Check {
        List<Finding> look() throws IOException;
    }

    /** In the order of the checks; the configuration that was named, or null. */
    public List<Finding> of(@Nullable Path config, Environment environment) {
        Settings settings = null;
        try {
            SettingsFile.Loaded loaded = SettingsFile.load(config, environment);
            settings = loaded.settings();
            findings.add(configuration(loaded));
        } catch (SettingsException bad) {
            bad.problems()
                    .forEach(problem -> findings.add(Finding.failure(
                            "configuration", problem.place() + ": " + problem.message(), "fix that line")));
        }
        look("machine", MachineCheck::look);
        look("archive", ArchiveCheck::look);
        if (settings != null) {
            lookAt(settings);
        }
        return findings;
    }

    private void lookAt(Settings settings) {
        DaemonState daemon = DaemonState.of(settings);
        look("daemon", () -> new DaemonCheck(settings, daemon).look());
        look("http", () -> new HttpCheck(settings, daemon).look());
        look("volume", () -> new VolumeCheck(settings).look());
        look("files", () -> new FilesCheck(settings).look());
        look("links", () -> new LinksCheck(settings.directory().path(), LinksCheck.KERNEL).look());
        look("handlers", () -> new HandlersCheck(settings).look());
        look("alarms", () -> new AlarmsCheck(settings).look());
        look("schedules", () -> new CronCheck(settings).look());
        lookAtQueue(settings, daemon);
    }

    private void lookAtQueue(Settings settings, DaemonState daemon) {
        Engine engine = Engines.of(settings.queue(), PATIENCE);
        if (settings.queue() instanceof QueueUrl.Sqlite file) {
            look("queue", () -> new QueueFileCheck(file.file(), now).look());
        }
        for (int round = 0; round < 2; round++) {
            int before = findings.size();
            try (Health health = engine.health()) {
                look("queue", () -> new HealthCheck(health, thorough).look());
                if (settings.queue() instanceof QueueUrl.Postgres url) {
                    look("server", () -> server(url, health));
                }
                if (findings.stream().noneMatch(HealthCheck::isDamage)) {
                    look("daemons", () -> new DeadDaemonsCheck(settings, health).look());
                    Instant queueTime = health.queries().clock(() -> now).instant();
                    look("jobs", () -> new JobsCheck(settings, health, daemon, queueTime).look());
                }
                if (!health.isOvertaken()) {
                    return;
                }
            } catch (StoreException failure) {
                findings.add(new UnusableQueue(failure, daemon).finding(settings.queue()));
                return;
            }
            findings.subList(before, findings.size()).clear();
        }
    }

    private List<Finding> server(QueueUrl.Postgres url, Health health) {
        return health.server()
                .map(state -> new ServerCheck(url, state, now.plusNanos(System.nanoTime() - begunNanos)).look())
                .orElse(List.of());
    }

    private static Finding configuration(SettingsFile.Loaded loaded) {
        String files = loaded.files().isEmpty()
                ? "no file: the defaults apply"
                : loaded.files().stream()
                        .map(Path::toString)
                        .reduce((a, b) -> a + ", " + b)
                        .orElse("");
        return Finding.ok("configuration", files);
    }

    /** A check that fails is a finding, and the others go on. */
    private void look(String name, Check check) {
        try {
            findings.addAll(check.look());
        } catch (IOException | RuntimeException failure) {
            findings.add(Finding.failure(name, "cannot be checked: " + why(failure), ""));
        }
    }

    private static String why(Exception failure) {
        if (failure instanceof AccessDeniedException denied) {
            // Its message is the file alone.
            return "no permission to read " + denied.getFile();
        }
        return failure instanceof UncheckedIOException && failure.getCause() instanceof IOException cause
                ? why(cause)
                : String.valueOf(failure.getMessage());
    }
}
