package org.workerd.config;

import static org.workerd.config.SettingType.choice;
import static org.workerd.config.SettingType.duration;
import static org.workerd.config.SettingType.size;
import static org.workerd.config.SettingType.whole;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Settings.Fence.OnLoss;
import org.workerd.config.Settings.Logging.Format;
import org.workerd.config.Settings.Logging.Level;
import org.workerd.job.Backoff;
import org.workerd.job.CronEntry;
import org.workerd.job.Rate;
import org.workerd.job.Schedule;
import org.workerd.store.QueueUrl;

/** Every setting there is, in the order in which people see them. The rows of one table stand together. */
final class SettingTable {
    private static final List<SettingKey<?>> ROWS = new ArrayList<>();
    private static final Duration FOREVER = Duration.ofDays(36_525);

    static final SettingKey<Path> PIDFILE = row(
            "daemon.pidfile",
            SettingType.PATH,
            "/run/workerd/workerd.pid",
            "$XDG_RUNTIME_DIR/workerd/workerd.pid",
            "Holds the pid of the running daemon, which keeps it locked; start, stop and status use it.");
    static final SettingKey<Optional<Duration>> DRAIN_TIMEOUT = row(
            "daemon.drain_timeout",
            SettingType.LIMIT,
            "unset",
            "unset",
            "How long a stop waits for running jobs before it interrupts them and puts them back; unset: no limit.");
    static final SettingKey<Duration> HANDOVER_TIMEOUT = row(
            "daemon.handover_timeout",
            duration(),
            "10s",
            "10s",
            "How long a restart waits for running Java handlers before it interrupts them and puts their jobs back.");
    static final SettingKey<Optional<Path>> DIRECTORY = row(
            "daemon.dir",
            SettingType.UNSET_PATH,
            "unset",
            "unset",
            "For this machine's scratch files, locks and output; unset: beside the queue, with PostgreSQL /var/lib/workerd.");
    static final SettingKey<QueueUrl> QUEUE = row(
            "queue.url",
            SettingType.QUEUE,
            "sqlite:/var/lib/workerd/queue.db",
            "sqlite:$XDG_STATE_HOME/workerd/queue.db",
            "Where the jobs are stored: sqlite:PATH on a local disk, or postgresql://USER@HOST[:PORT]/DATABASE.");
    static final SettingKey<Optional<Path>> PASSWORD_FILE = row(
            "queue.password_file",
            SettingType.OPTIONAL_PATH,
            "none",
            "none",
            "A file whose first line is the PostgreSQL password; none: PGPASSWORD or ~/.pgpass.");
    static final SettingKey<Duration> FENCE = row(
            "queue.fence",
            duration(Duration.ofSeconds(2), Duration.ofMinutes(10)),
            "10s",
            "10s",
            "PostgreSQL: a daemon cut off for this long stops its programs, before other daemons get their jobs.");
    static final SettingKey<OnLoss> ON_LOSS = row(
            "queue.on_loss",
            choice(OnLoss.class),
            "freeze",
            "freeze",
            "PostgreSQL: what a cut-off daemon does with them: freeze, to continue if it is back in time, or end.");
    static final SettingKey<Integer> CONCURRENCY = row(
            "workers.concurrency",
            whole(1, 1024),
            "$PROCESSORS",
            "$PROCESSORS",
            "How many jobs run at once; unset: the number of processors.");
    static final SettingKey<Duration> POLL_INTERVAL = row(
            "workers.poll_interval",
            duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "5s",
            "5s",
            "How often the daemon looks for jobs without being woken up; a new job wakes it up at once.");
    static final SettingKey<Integer> QUEUE_CONCURRENCY = row(
            "queues.NAME.concurrency",
            whole(1, 10_000),
            null,
            null,
            "How many jobs of this queue run at once, over all daemons; unset: no limit.");
    static final SettingKey<Rate> QUEUE_RATE = row(
            "queues.NAME.rate",
            SettingType.RATE,
            null,
            null,
            "How many jobs of this queue start in a period, over all daemons; unset: no limit.");
    static final SettingKey<Integer> QUEUE_PRIORITY = row(
            "queues.NAME.priority",
            whole(-100, 100),
            null,
            null,
            "Jobs of a queue with a higher priority go first, whatever the priorities of the jobs; unset: 0.");
    static final SettingKey<Path> HANDLERS_DIR = row(
            "handlers.dir",
            SettingType.PATH,
            "/etc/workerd/handlers",
            "$XDG_CONFIG_HOME/workerd/handlers",
            "The directory of the handlers: one program per job name; only root or the daemon's user may write to it.");
    static final SettingKey<Optional<Path>> PLUGINS = row(
            "handlers.plugins",
            SettingType.OPTIONAL_PATH,
            "/usr/local/share/workerd/plugins",
            "none",
            "The directory of jars with handlers in Java; only root or the daemon's user may write to it.");
    static final SettingKey<String> HANDLERS_ENV = row(
            "handlers.env.VARIABLE",
            SettingType.TEXT,
            null,
            null,
            "Environment variables that handlers get besides the standard ones.");
    static final SettingKey<Path> LOG_FILE = row(
            "log.file",
            SettingType.PATH,
            "/var/log/workerd.log",
            "$XDG_STATE_HOME/workerd/workerd.log",
            "The daemon's log; after rotating it, send HUP (workerd reload).");
    static final SettingKey<Level> LOG_LEVEL = row(
            "log.level",
            choice(Level.class),
            "info",
            "info",
            "The lowest level that is logged: error, warn, info or debug.");
    static final SettingKey<Format> LOG_FORMAT = row(
            "log.format",
            choice(Format.class),
            "text",
            "text",
            "The format of the log: text, or json with one object per line.");
    static final SettingKey<Duration> TIMEOUT = row(
            "jobs.timeout",
            duration(Duration.ofMillis(1), FOREVER),
            "1h",
            "1h",
            "The time limit of an attempt; one that takes longer is ended and has failed.");
    static final SettingKey<Integer> MAX_ATTEMPTS =
            row("jobs.max_attempts", whole(1, 1000), "10", "10", "How many failed attempts make a job dead.");
    static final SettingKey<Backoff> BACKOFF = row(
            "jobs.backoff",
            SettingType.BACKOFF,
            "exponential",
            "exponential",
            "The wait after a failed attempt: exponential (1s, 16s, 81s ... at most 1d), or a fixed duration.");
    static final SettingKey<Duration> KILL_GRACE = row(
            "jobs.kill_grace",
            duration(),
            "10s",
            "10s",
            "The time between TERM and KILL when a handler is ended, so that it can clean up.");
    static final SettingKey<Long> OUTPUT_LIMIT = row(
            "jobs.output_limit",
            size(1L << 10, 1L << 30),
            "1MiB",
            "1MiB",
            "How much output of an attempt is kept: its head and its tail.");
    static final SettingKey<Optional<String>> ON_DEAD = row(
            "jobs.on_dead",
            SettingType.HANDLER,
            "",
            "",
            "The handler that is told when a job becomes dead, by a job in the queue alarms; \"\": none.");
    static final SettingKey<Optional<String>> ON_FAILURE =
            row("jobs.on_failure", SettingType.HANDLER, "", "", "The same for each attempt that fails; \"\": none.");
    static final SettingKey<Duration> RETENTION_DONE =
            row("retention.done", duration(), "7d", "7d", "How long jobs that are done are kept, with their output.");
    static final SettingKey<Duration> RETENTION_CANCELLED =
            row("retention.cancelled", duration(), "7d", "7d", "How long cancelled jobs are kept.");
    static final SettingKey<Duration> RETENTION_DEAD =
            row("retention.dead", duration(), "90d", "90d", "How long dead jobs are kept.");
    static final SettingKey<List<Listen>> HTTP_LISTEN = row(
            "http.listen",
            HttpTypes.LISTEN,
            HttpTypes.NOWHERE,
            HttpTypes.NOWHERE,
            "Where the HTTP API and the pages listen: none, an address and port, a unix socket, or a list of them.");
    static final SettingKey<Optional<Path>> HTTP_TOKEN_FILE = row(
            "http.token_file",
            SettingType.OPTIONAL_PATH,
            "/etc/workerd/http.token",
            "none",
            "A file with the token that clients need over TCP; only the daemon's user may be able to read it.");
    static final SettingKey<Optional<Path>> HTTP_READ_TOKEN_FILE = row(
            "http.read_token_file",
            SettingType.OPTIONAL_PATH,
            "none",
            "none",
            "A file with the token of clients that may read but change nothing.");
    static final SettingKey<List<String>> HTTP_HOSTS = row(
            "http.hosts",
            HttpTypes.HOSTS,
            "[]",
            "[]",
            "The host names in requests that are accepted besides localhost and addresses; behind a proxy, only these.");
    static final SettingKey<String> HTTP_BASE_PATH = row(
            "http.base_path",
            HttpTypes.BASE_PATH,
            "/",
            "/",
            "The path prefix, if a proxy passes on only a part of a site.");
    static final SettingKey<Boolean> HTTP_READ_ONLY =
            row("http.read_only", HttpTypes.TRUTH, "false", "false", "Refuse all changes over HTTP.");
    static final SettingKey<Boolean> HTTP_BEHIND_PROXY = row(
            "http.behind_proxy",
            HttpTypes.TRUTH,
            "false",
            "false",
            "Whether a proxy with TLS is in front; without one, only loopback addresses are accepted.");
    static final SettingKey<Boolean> HTTP_OPEN_METRICS =
            row("http.open_metrics", HttpTypes.TRUTH, "false", "false", "Serve /metrics without a token.");
    static final SettingKey<Duration> TIMEOUT_OF = ofOneJob(TIMEOUT);
    static final SettingKey<Integer> MAX_ATTEMPTS_OF = ofOneJob(MAX_ATTEMPTS);
    static final SettingKey<Backoff> BACKOFF_OF = ofOneJob(BACKOFF);
    static final SettingKey<Duration> KILL_GRACE_OF = ofOneJob(KILL_GRACE);
    static final SettingKey<Long> OUTPUT_LIMIT_OF = ofOneJob(OUTPUT_LIMIT);
    static final SettingKey<Optional<String>> ON_DEAD_OF = ofOneJob(ON_DEAD);
    static final SettingKey<Optional<String>> ON_FAILURE_OF = ofOneJob(ON_FAILURE);
    static final SettingKey<Integer> JOB_CONCURRENCY = row(
            "jobs.NAME.concurrency",
            whole(1, 10_000),
            null,
            null,
            "How many jobs of this name run at once, over all queues and daemons; unset: no limit.");
    static final SettingKey<Rate> JOB_RATE = row(
            "jobs.NAME.rate",
            SettingType.RATE,
            null,
            null,
            "How many jobs of this name start in a period, over all queues and daemons; unset: no limit.");
    static final SettingKey<Schedule> CRON_SCHEDULE = ofOneSchedule(
            "schedule", SettingType.SCHEDULE, "Minute, hour, day of the month, month, day of the week; or @daily ...");
    static final SettingKey<ZoneId> CRON_TIMEZONE = ofOneSchedule(
            "timezone", SettingType.ZONE, "The time zone of the schedule; unset: the machine's, /etc/localtime.");
    static final SettingKey<String> CRON_NAME = ofOneSchedule(
            "name", SettingType.name("a job name"), "The name of the jobs that it enqueues; it selects the handler.");
    static final SettingKey<List<String>> CRON_ARGS =
            ofOneSchedule("args", SettingType.ARGS, "The arguments of those jobs.");
    static final SettingKey<String> CRON_PAYLOAD =
            ofOneSchedule("payload", SettingType.TEXT, "The payload of those jobs.");
    static final SettingKey<String> CRON_QUEUE =
            ofOneSchedule("queue", SettingType.name("a queue name"), "The queue of those jobs; unset: default.");
    static final SettingKey<CronEntry.Missed> CRON_MISSED = ofOneSchedule(
            "missed",
            choice(CronEntry.Missed.class),
            "Runs missed while no daemon ran: once (one job for all of them), skip or all (one job each).");
    static final SettingKey<CronEntry.Overlap> CRON_OVERLAP = ofOneSchedule(
            "overlap",
            choice(CronEntry.Overlap.class),
            "If its last job has not ended yet: skip the run, or queue another job.");
    static final SettingKey<Integer> CRON_MAX_ATTEMPTS = ofOneSchedule(
            "max_attempts",
            MAX_ATTEMPTS.type(),
            "How many failed attempts make such a job dead; unset: as [jobs] says.");
    static final SettingKey<Duration> CRON_TIMEOUT =
            ofOneSchedule("timeout", TIMEOUT.type(), "The time limit of its attempts; unset: as [jobs] says.");
    static final SettingKey<List<String>> CRON_TAGS =
            ofOneSchedule("tags", SettingType.TAGS, "The tags of those jobs, by which list --tag finds them.");

    private SettingTable() {}

    static List<SettingKey<?>> rows() {
        return Collections.unmodifiableList(ROWS);
    }

    private static <T> SettingKey<T> ofOneJob(SettingKey<T> key) {
        return row(key.name().replace("jobs.", "jobs.NAME."), key.type(), null, null, key.doc());
    }

    private static <T> SettingKey<T> ofOneSchedule(String name, SettingType<T> type, String doc) {
        return row("cron.ID." + name, type, null, null, doc);
    }

    private static <T> SettingKey<T> row(
            String name, SettingType<T> type, @Nullable String asRoot, @Nullable String asUser, String doc) {
        SettingKey<T> row = new SettingKey<>(name, type, asRoot, asUser, doc);
        ROWS.add(row);
        return row;
    }
}
