package org.workerd.daemon.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.store.Engine;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.CronView;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.worker.Handlers;
import org.workerd.worker.PluginWord;

/** What waits and why: jobs that nobody runs, queues that are paused, a clock that went back. */
final class JobsCheck {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration FAR = Duration.ofDays(366);
    /** Clocks of one machine agree; but a job may be stored while we look. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private final Settings settings;
    private final Engine engine;
    private final Health health;
    private final DaemonState daemon;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    JobsCheck(Settings settings, Engine engine, Health health, DaemonState daemon, Instant now) {
        this.settings = settings;
        this.engine = engine;
        this.health = health;
        this.daemon = daemon;
        this.now = now;
    }

    List<Finding> look() throws IOException {
        JobQueries queries = health.queries();
        clock();
        Set<String> ready = new TreeSet<>(queries.namesWithReady());
        boolean served = daemons(queries);
        withoutHandler(ready);
        waiting(ready, queries, served);
        paused();
        disabled(queries);
        return findings;
    }

    private void clock() {
        Instant newest = health.newest().orElse(Instant.EPOCH);
        findings.add(
                newest.isAfter(now.plus(TOLERANCE))
                        ? Finding.warning(
                                "clock",
                                "it was set back: the newest job was stored " + brief(Duration.between(now, newest))
                                        + " from now",
                                "timedatectl status; jobs that wait for a time wait that much longer")
                        : Finding.ok(
                                "clock", now.truncatedTo(ChronoUnit.SECONDS).toString()));
        long far = health.dueAfter(now.plus(FAR));
        if (far > 0) {
            findings.add(Finding.warning(
                    "clock",
                    far + " jobs are due more than a year from now: are their times in milliseconds?",
                    "workerd list --state scheduled,retrying"));
        }
    }

    /** Whether one is alive. */
    private boolean daemons(JobQueries queries) {
        boolean alive = false;
        for (DaemonView one : queries.daemons()) {
            boolean lives = engine.isAlive(one);
            alive |= lives;
            if (!lives) {
                findings.add(Finding.warning(
                        "daemons",
                        "the one with pid " + one.pid() + " died; what it ran (" + one.busy()
                                + " jobs) is to be put back",
                        "workerd start"));
            }
        }
        return alive;
    }

    private void withoutHandler(Set<String> ready) throws IOException {
        PluginWord.Known java = PluginWord.read(settings.directory(), settings.plugins());
        Handlers handlers =
                new Handlers(settings.handlersDir(), DaemonUser.of(settings).id(), java.handlers());
        for (String name : ready) {
            handlers.objection(handlers.vet(name))
                    .ifPresent(why -> findings.add(Finding.failure(
                            "jobs",
                            "those named " + name + " wait: " + why,
                            "put it right, or workerd cancel --name " + ShellWord.of(name))));
        }
    }

    private void waiting(Set<String> ready, JobQueries queries, boolean served) {
        if (!ready.isEmpty() && !served) {
            String mend =
                    daemon.isRunning() ? "workerd restart (the one that runs serves another queue)" : "workerd start";
            findings.add(Finding.warning("jobs", "some are ready, and no daemon serves this queue", mend));
        }
        Set<String> paused = health.pausedSince().keySet();
        queries.oldestReady().forEach((queue, oldest) -> {
            Instant since = oldest.since();
            boolean held = paused.contains(queue) || paused.contains(JobQueries.ALL_QUEUES);
            if (!held && since.plus(LONG).isBefore(now)) {
                findings.add(Finding.warning(
                        "jobs",
                        "the oldest that is ready in the queue " + queue + " waits for "
                                + brief(Duration.between(since, now)),
                        served
                                ? "see what keeps the slots busy: workerd status; or raise workers.concurrency"
                                : "workerd start"));
            }
        });
        if (findings.stream().noneMatch(finding -> finding.check().equals("jobs"))) {
            findings.add(
                    Finding.ok("jobs", ready.isEmpty() ? "none waits to be run" : "those that are ready are served"));
        }
    }

    private void paused() {
        for (Map.Entry<String, Instant> pause : health.pausedSince().entrySet()) {
            boolean all = pause.getKey().equals(JobQueries.ALL_QUEUES);
            findings.add(Finding.warning(
                    "pauses",
                    (all ? "all queues are" : "the queue " + pause.getKey() + " is") + " paused since "
                            + pause.getValue().truncatedTo(ChronoUnit.SECONDS),
                    "workerd resume" + (all ? "" : " " + ShellWord.of(pause.getKey()))));
        }
    }

    private void disabled(JobQueries queries) {
        Map<String, CronView> known = queries.cron();
        for (CronEntry entry : settings.cron()) {
            CronView view = known.get(entry.id());
            if (view != null && !view.enabled()) {
                findings.add(
                        Finding.warning("schedules", entry.id() + " is disabled", "workerd cron enable " + entry.id()));
            }
        }
    }

    private static String brief(Duration span) {
        return Span.brief(span);
    }
}
