package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.config.Settings.Logging;
import org.workerd.job.Alarms;
import org.workerd.job.Backoff;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.Policies;
import org.workerd.job.Rate;
import org.workerd.job.Retention;
import org.workerd.store.QueueUrl;

class SettingsMappingTest extends SettingsFixture {
    private static final String EVERYTHING =
            """
            [daemon]
            pidfile = "/p/pid"
            drain_timeout = "90s"
            handover_timeout = "20s"
            dir = "/q"
            [queue]
            url = "sqlite:/q/q.db"
            password_file = "/p/word"
            fence = "4s"
            on_loss = "end"
            [workers]
            concurrency = 7
            poll_interval = "250ms"
            [handlers]
            dir = "/h"
            plugins = "/p/jars"
            env = { B = "2", A = "1" }
            [log]
            file = "/l/log"
            level = "debug"
            format = "json"
            [jobs]
            timeout = "2h"
            max_attempts = 3
            backoff = "1m"
            kill_grace = "0s"
            output_limit = "64KiB"
            on_dead = "mail"
            on_failure = "post"
            [queues.bulk]
            concurrency = 9
            rate = "100/1m"
            priority = -5
            [retention]
            done = "1d"
            cancelled = "0s"
            dead = "36525d"
            [http]
            token_file = "none"
            base_path = "/w"
            hosts = ["x"]
            read_only = true
            [jobs.resize]
            timeout = "5m"
            on_dead = ""
            concurrency = 2
            rate = "3/1000ms"
            [jobs."a.b"]
            backoff = "exponential"
            output_limit = 4096
            """;

    @Test
    void everySettingArrivesAtItsPlace() {
        JobPolicy defaults = new JobPolicy(
                Duration.ofHours(2),
                3,
                new Backoff.Fixed(Duration.ofMinutes(1)),
                Duration.ZERO,
                64 << 10,
                new Alarms("mail", "post"));

        assertThat(load(EVERYTHING).settings())
                .isEqualTo(new Settings(
                        Path.of("/p/pid"),
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(20),
                        DaemonDirectory.beside(Path.of("/q/q.db")),
                        new QueueUrl.Sqlite(Path.of("/q/q.db")),
                        new Settings.Fence(Duration.ofSeconds(4), Settings.Fence.OnLoss.END),
                        7,
                        Duration.ofMillis(250),
                        Path.of("/h"),
                        Optional.of(Path.of("/p/jars")),
                        Map.of("A", "1", "B", "2"),
                        new Logging(Path.of("/l/log"), Logging.Level.DEBUG, Logging.Format.JSON),
                        new Policies(
                                defaults,
                                Map.of(
                                        "resize",
                                        new JobPolicy(
                                                Duration.ofMinutes(5),
                                                3,
                                                defaults.backoff(),
                                                defaults.killGrace(),
                                                64 << 10,
                                                new Alarms(null, "post")),
                                        "a.b",
                                        new JobPolicy(
                                                Duration.ofHours(2),
                                                3,
                                                new Backoff.Exponential(),
                                                defaults.killGrace(),
                                                4096,
                                                defaults.alarms()))),
                        new Limits(
                                new Limits.Bounds(
                                        Map.of("bulk", 9), Map.of("bulk", new Rate(100, Duration.ofMinutes(1)))),
                                new Limits.Bounds(
                                        Map.of("resize", 2), Map.of("resize", new Rate(3, Duration.ofSeconds(1)))),
                                Map.of("bulk", -5)),
                        new Retention(Duration.ofDays(1), Duration.ZERO, Duration.ofDays(36_525)),
                        List.of(),
                        Optional.empty()));
    }

    @Test
    void theValuesInForceStandInTheOrderOfTheTable() {
        assertThat(load(EVERYTHING).values().entrySet())
                .extracting(Object::toString)
                .containsExactly(
                        "daemon.pidfile=/p/pid",
                        "daemon.drain_timeout=90s",
                        "daemon.handover_timeout=20s",
                        "daemon.dir=/q",
                        "queue.url=sqlite:/q/q.db",
                        "queue.password_file=/p/word",
                        "queue.fence=4s",
                        "queue.on_loss=end",
                        "workers.concurrency=7",
                        "workers.poll_interval=250ms",
                        "queues.bulk.concurrency=9",
                        "queues.bulk.rate=100/1m",
                        "queues.bulk.priority=-5",
                        "handlers.dir=/h",
                        "handlers.plugins=/p/jars",
                        "handlers.env.A=1",
                        "handlers.env.B=2",
                        "log.file=/l/log",
                        "log.level=debug",
                        "log.format=json",
                        "jobs.timeout=2h",
                        "jobs.max_attempts=3",
                        "jobs.backoff=1m",
                        "jobs.kill_grace=0s",
                        "jobs.output_limit=64KiB",
                        "jobs.on_dead=mail",
                        "jobs.on_failure=post",
                        "retention.done=1d",
                        "retention.cancelled=0s",
                        "retention.dead=36525d",
                        "http.listen=none",
                        "http.token_file=none",
                        "http.read_token_file=none",
                        "http.hosts=[\"x\"]",
                        "http.base_path=/w",
                        "http.read_only=true",
                        "http.behind_proxy=false",
                        "http.open_metrics=false",
                        "jobs.\"a.b\".backoff=exponential",
                        "jobs.\"a.b\".output_limit=4KiB",
                        "jobs.resize.timeout=5m",
                        "jobs.resize.on_dead=",
                        "jobs.resize.concurrency=2",
                        "jobs.resize.rate=3/1s");
    }

    @Test
    void everyValueSaysWhereItComesFrom() {
        write("conf.d/20-site.toml", "\n  log.level = 'warn'\n");
        variables.put("WORKERD_LOG__FORMAT", "json");

        assertThat(load("workers = { poll_interval = '1s' }").origins())
                .containsEntry("workers.poll_interval", "workerd.toml:1:13")
                .containsEntry("log.level", "conf.d/20-site.toml:2:3")
                .containsEntry("log.format", "WORKERD_LOG__FORMAT")
                .containsEntry("workers.concurrency", "default");
    }

    @Test
    void dottedQuotedAndInlineKeysAreTheSameKeys() {
        Settings settings =
                load("""
                        workers.concurrency = 2
                        "log"."level" = "warn"
                        handlers = { env = { 'A' = "1" }, dir = "/x" }
                        jobs = { "timeout" = "3h", resize = { max_attempts = 2 } }
                        """)
                        .settings();

        assertThat(settings.concurrency()).isEqualTo(2);
        assertThat(settings.logging().level()).isEqualTo(Logging.Level.WARN);
        assertThat(settings.handlersEnv()).isEqualTo(Map.of("A", "1"));
        assertThat(settings.policies().of("resize").maxAttempts()).isEqualTo(2);
        assertThat(settings.policies().of("resize").timeout()).isEqualTo(Duration.ofHours(3));
    }

    @Test
    void aJobMayBeNamedLikeASetting() {
        Settings settings = load("[jobs.timeout]\nmax_attempts = 2\n[jobs.NAME]\nmax_attempts = 3")
                .settings();

        assertThat(settings.policies().of("timeout").maxAttempts()).isEqualTo(2);
        assertThat(settings.policies().of("NAME").maxAttempts()).isEqualTo(3);
    }

    @Test
    void theEdgesOfTheRangesAreWithin() {
        Settings settings =
                load("""
                        workers = { concurrency = 1024, poll_interval = "1h" }
                        [jobs]
                        max_attempts = 1000
                        output_limit = "1GiB"
                        [jobs.least]
                        max_attempts = 1
                        output_limit = "1KiB"
                        timeout = "1ms"
                        """)
                        .settings();

        assertThat(settings.concurrency()).isEqualTo(1024);
        assertThat(settings.pollInterval()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.policies().defaults().maxAttempts()).isEqualTo(1000);
        assertThat(settings.policies().defaults().outputLimit()).isEqualTo(1 << 30);
        assertThat(settings.policies().of("least").outputLimit()).isEqualTo(1024);
        assertThat(settings.policies().of("least").timeout()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void relativePathsAreRelativeToTheDirectoryOfTheMainFile() {
        write("conf.d/1.toml", "log.file = '../log/./workerd.log'");

        Settings settings = load("daemon.pidfile = './run/pid'\nqueue.url = 'sqlite:queue.db'\nhandlers.dir = 'h'")
                .settings();

        assertThat(settings.pidfile()).hasToString(dir + "/run/pid");
        assertThat(settings.queue().text()).isEqualTo("sqlite:" + dir + "/queue.db");
        assertThat(settings.handlersDir()).hasToString(dir + "/h");
        assertThat(settings.logging().file()).hasToString(dir + "/../log/workerd.log");
    }

    @Test
    void anEarlierDrainTimeoutCanBeTakenAway() {
        write("conf.d/1.toml", "daemon.drain_timeout = 'unset'");

        assertThat(load("daemon.drain_timeout = '1m'").settings().drainTimeout())
                .isNull();
    }
}
