package org.workerd.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Environment.Chosen;
import org.workerd.config.Settings.Fence;
import org.workerd.config.Settings.Logging;
import org.workerd.job.Alarms;
import org.workerd.job.CronEntry;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.job.Retention;
import org.workerd.store.QueueUrl;

/** Reads the configuration: the file, what stands beside it in conf.d, and the environment. Stateless. */
public final class SettingsFile {
    private SettingsFile() {}

    /** The settings in force and where they come from. Nothing in it changes any more. */
    public static final class Loaded {
        private final Settings settings;
        private final List<Path> files;
        private final Findings findings;

        private Loaded(Settings settings, List<Path> files, Findings findings) {
            this.settings = settings;
            this.files = List.copyOf(files);
            this.findings = findings;
        }

        public Settings settings() {
            return settings;
        }

        /** Those that were read, in order; empty: only defaults and the environment hold. */
        public List<Path> files() {
            return files;
        }

        /** By key: {@code workerd.toml:12:3}, {@code WORKERD_LOG__LEVEL} or {@code default}. */
        public Map<String, String> origins() {
            return findings.origins();
        }

        /** By key, in the order of the table: the value as the file would write it, without quotes. */
        public Map<String, String> values() {
            return findings.texts();
        }
    }

    /**
     * Reads everything and checks everything.
     *
     * @param explicit the file that {@code --config} names, or null
     * @throws SettingsException with every problem of every file and of the environment
     */
    public static Loaded load(@Nullable Path explicit, Environment env) {
        Findings findings = new Findings();
        Optional<Chosen> chosen = env.configFile(explicit);
        List<Path> files =
                chosen.map(config -> ConfigFiles.read(config, findings)).orElse(List.of());
        Overrides.read(env.variables(), findings);
        boolean system = env.isSystem(chosen);
        defaults(env, system, findings);
        if (findings.has(SettingTable.DIRECTORY.path()) && findings.has(SettingTable.QUEUE.path())) {
            placeDirectory(env, system, findings);
        }
        findings.require(SettingTable.CRON_SCHEDULE, SettingTable.CRON_NAME);
        if (!findings.hasProblems()) {
            HttpSettings.check(findings);
        }
        findings.throwIfAny();
        return new Loaded(settings(findings, env), files, findings);
    }

    private static void defaults(Environment env, boolean system, Findings findings) {
        List<String> homeless = new ArrayList<>();
        for (SettingKey<?> key : SettingTable.rows()) {
            String text = system ? key.rootDefault() : key.userDefault();
            if (text != null && !findings.has(key.path())) {
                env.expand(text)
                        .ifPresentOrElse(value -> takeDefault(key, value, findings), () -> homeless.add(key.name()));
            }
        }
        if (!homeless.isEmpty()) {
            findings.add(
                    "HOME",
                    "is not set to a directory, which the defaults of " + String.join(", ", homeless)
                            + " need: set HOME, or use --config with a file that sets them");
        }
    }

    private static void takeDefault(SettingKey<?> key, String text, Findings findings) {
        try {
            findings.take(key, key.path(), text, null, "default");
        } catch (IllegalArgumentException e) {
            findings.add("default", key.name() + ": " + e.getMessage()); // HOME holds what this locale can't say
        }
    }

    private static Settings settings(Findings found, Environment env) {
        return new Settings(
                found.value(SettingTable.PIDFILE),
                found.value(SettingTable.DRAIN_TIMEOUT).orElse(null),
                found.value(SettingTable.HANDOVER_TIMEOUT),
                directory(found),
                queue(found),
                new Fence(found.value(SettingTable.FENCE), found.value(SettingTable.ON_LOSS)),
                found.value(SettingTable.CONCURRENCY),
                found.value(SettingTable.POLL_INTERVAL),
                found.value(SettingTable.HANDLERS_DIR),
                found.value(SettingTable.PLUGINS),
                found.byName(SettingTable.HANDLERS_ENV),
                new Logging(
                        found.value(SettingTable.LOG_FILE),
                        found.value(SettingTable.LOG_LEVEL),
                        found.value(SettingTable.LOG_FORMAT)),
                policies(found),
                limits(found),
                new Retention(
                        found.value(SettingTable.RETENTION_DONE),
                        found.value(SettingTable.RETENTION_CANCELLED),
                        found.value(SettingTable.RETENTION_DEAD)),
                found.namesIn("cron").stream()
                        .sorted()
                        .map(id -> cron(found, id, env))
                        .toList(),
                HttpSettings.of(found));
    }

    /** The locks that tell which daemons of a file live are beside it: one that looked elsewhere would take all for dead. */
    private static void placeDirectory(Environment env, boolean system, Findings findings) {
        if (findings.isRefused(SettingTable.QUEUE)) {
            return;
        }
        Optional<Path> asked = findings.value(SettingTable.DIRECTORY);
        if (findings.value(SettingTable.QUEUE) instanceof QueueUrl.Sqlite queue) {
            Path beside = queue.file().resolveSibling("");
            if (asked.isPresent() && !asked.get().equals(beside)) {
                findings.add(
                        findings.origins().getOrDefault(SettingTable.DIRECTORY.name(), "daemon.dir"),
                        "daemon.dir is the queue's directory, " + beside
                                + ", with SQLite: remove it, or move the queue");
            }
        } else if (asked.isEmpty()) {
            env.expand(system ? "/var/lib/workerd" : "$XDG_STATE_HOME/workerd")
                    .ifPresentOrElse(
                            place -> takeDefault(SettingTable.DIRECTORY, place, findings),
                            () -> findings.add("HOME", "is not set to a directory: set HOME, or daemon.dir"));
        }
    }

    private static DaemonDirectory directory(Findings found) {
        return found.value(SettingTable.QUEUE) instanceof QueueUrl.Sqlite queue
                ? DaemonDirectory.beside(queue.file())
                : new DaemonDirectory(found.value(SettingTable.DIRECTORY).orElseThrow(), "queue");
    }

    private static QueueUrl queue(Findings found) {
        QueueUrl url = found.value(SettingTable.QUEUE);
        Optional<Path> password = found.value(SettingTable.PASSWORD_FILE);
        return url instanceof QueueUrl.Postgres postgres && password.isPresent()
                ? postgres.withPasswordFile(password.get())
                : url;
    }

    private static CronEntry cron(Findings found, String id, Environment env) {
        NewJob job = NewJob.named(found.value(SettingTable.CRON_NAME, id).orElseThrow())
                .args(found.value(SettingTable.CRON_ARGS, id).orElse(List.of()))
                .payload(found.value(SettingTable.CRON_PAYLOAD, id).orElse(null))
                .queue(found.value(SettingTable.CRON_QUEUE, id).orElse(NewJob.DEFAULT_QUEUE))
                .maxAttempts(found.value(SettingTable.CRON_MAX_ATTEMPTS, id).orElse(null))
                .timeout(found.value(SettingTable.CRON_TIMEOUT, id).orElse(null))
                .tags(found.value(SettingTable.CRON_TAGS, id).orElse(List.of()))
                .build();
        return new CronEntry(
                id,
                found.value(SettingTable.CRON_SCHEDULE, id).orElseThrow(),
                found.value(SettingTable.CRON_TIMEZONE, id).orElseGet(env::zone),
                job,
                found.value(SettingTable.CRON_MISSED, id).orElse(CronEntry.Missed.ONCE),
                found.value(SettingTable.CRON_OVERLAP, id).orElse(CronEntry.Overlap.SKIP));
    }

    private static Limits limits(Findings found) {
        return new Limits(
                new Limits.Bounds(found.byName(SettingTable.QUEUE_CONCURRENCY), found.byName(SettingTable.QUEUE_RATE)),
                new Limits.Bounds(found.byName(SettingTable.JOB_CONCURRENCY), found.byName(SettingTable.JOB_RATE)),
                found.byName(SettingTable.QUEUE_PRIORITY));
    }

    private static Policies policies(Findings found) {
        JobPolicy defaults = new JobPolicy(
                found.value(SettingTable.TIMEOUT),
                found.value(SettingTable.MAX_ATTEMPTS),
                found.value(SettingTable.BACKOFF),
                found.value(SettingTable.KILL_GRACE),
                found.value(SettingTable.OUTPUT_LIMIT),
                new Alarms(
                        found.value(SettingTable.ON_DEAD).orElse(null),
                        found.value(SettingTable.ON_FAILURE).orElse(null)));
        Map<String, JobPolicy> byName = found.namesIn("jobs").stream()
                .collect(Collectors.toMap(Function.identity(), name -> policy(found, name, defaults)));
        return new Policies(defaults, byName);
    }

    private static JobPolicy policy(Findings found, String name, JobPolicy defaults) {
        return new JobPolicy(
                found.value(SettingTable.TIMEOUT_OF, name).orElse(defaults.timeout()),
                found.value(SettingTable.MAX_ATTEMPTS_OF, name).orElse(defaults.maxAttempts()),
                found.value(SettingTable.BACKOFF_OF, name).orElse(defaults.backoff()),
                found.value(SettingTable.KILL_GRACE_OF, name).orElse(defaults.killGrace()),
                found.value(SettingTable.OUTPUT_LIMIT_OF, name).orElse(defaults.outputLimit()),
                new Alarms(
                        handler(
                                found,
                                SettingTable.ON_DEAD_OF,
                                name,
                                defaults.alarms().onDead()),
                        handler(
                                found,
                                SettingTable.ON_FAILURE_OF,
                                name,
                                defaults.alarms().onFailure())));
    }

    /** Null: none, which one name may say too. */
    private static @Nullable String handler(
            Findings found, SettingKey<Optional<String>> key, String name, @Nullable String usual) {
        Optional<Optional<String>> own = found.value(key, name);
        return own.isPresent() ? own.get().orElse(null) : usual;
    }
}
