package org.workerd.daemon.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.job.ShellWord;
import org.workerd.job.Span;
import org.workerd.ops.DaemonReasons;
import org.workerd.ops.HandlerView;
import org.workerd.ops.WaitReasons;
import org.workerd.ops.WaitsFor;
import org.workerd.ops.WaitsFor.Reason;
import org.workerd.store.Health;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Cause;
import org.workerd.store.JobQueries.CronView;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.store.JobQueries.Deaths;
import org.workerd.store.JobView;
import org.workerd.store.QueueUrl;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.PluginIndex;

/** What waits and why: jobs that nobody runs, queues that are paused, a clock that went back. */
final class JobsCheck {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration LATELY = Duration.ofDays(1);
    private static final Duration FAR = Duration.ofDays(366);
    /** Clocks of one machine agree; but a job may be stored while we look. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private final Settings settings;
    private final Health health;
    private final DaemonState daemon;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    JobsCheck(Settings settings, Health health, DaemonState daemon, Instant now) {
        this.settings = settings;
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
        died(queries);
        paused(queries);
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
                                "check it with timedatectl status; scheduled jobs wait that much longer")
                        : Finding.ok(
                                "clock", now.truncatedTo(ChronoUnit.SECONDS).toString()));
        long far = health.dueAfter(now.plus(FAR));
        if (far > 0) {
            findings.add(Finding.warning(
                    "clock",
                    (far == 1 ? "1 job is" : far + " jobs are")
                            + " due more than a year from now; times in SQL are in milliseconds",
                    "workerd list --state scheduled,retrying"));
        }
    }

    /** Whether one is alive. */
    private boolean daemons(JobQueries queries) {
        Map<Boolean, List<DaemonView>> known =
                queries.daemons().stream().collect(Collectors.partitioningBy(queries::isAlive));
        boolean alive = !known.getOrDefault(true, List.of()).isEmpty();
        List<DaemonView> dead = known.getOrDefault(false, List.of());
        if (!dead.isEmpty()) {
            String pids = dead.stream()
                    .map(one -> one.pid() + (hasMachines() ? " on " + one.host() : ""))
                    .distinct()
                    .collect(Collectors.joining(", "));
            findings.add(Finding.warning(
                    "daemons",
                    (dead.size() == 1
                                    ? "the daemon with pid " + pids + " died"
                                    : dead.size() + " daemons died (pid " + pids + ")")
                            + "; jobs to be put back: "
                            + dead.stream().mapToLong(DaemonView::busy).sum(),
                    alive ? "wait: a daemon that runs puts them back at its next turn" : "workerd start"));
        }
        return alive;
    }

    private void withoutHandler(Set<String> ready) throws IOException {
        PluginIndex.Known java = PluginIndex.read(settings.directory(), settings.plugins());
        Handlers handlers =
                new Handlers(settings.handlersDir(), DaemonUser.of(settings).id(), java.handlers());
        for (String name : ready) {
            handlers.obstacle(handlers.vet(name)).ifPresent(why -> findings.add(withoutHandler(name, why)));
        }
    }

    /** Another machine may have it. */
    private Finding withoutHandler(String name, String why) {
        return hasMachines()
                ? Finding.warning(
                        "jobs",
                        "jobs named " + name + " cannot run on this machine: " + why,
                        "see that another machine has the handler")
                : Finding.failure(
                        "jobs",
                        "jobs named " + name + " wait: " + why,
                        "fix that, or workerd cancel --name " + ShellWord.of(name));
    }

    private boolean hasMachines() {
        return settings.queue() instanceof QueueUrl.Postgres;
    }

    private void waiting(Set<String> ready, JobQueries queries, boolean served) {
        if (!ready.isEmpty() && !served) {
            String mend = daemon.isRunning()
                    ? "workerd restart --drain (the running daemon serves another queue)"
                    : "workerd start";
            findings.add(Finding.warning("jobs", "some jobs are ready, but no daemon serves this queue", mend));
        }
        DaemonReasons daemons = new DaemonReasons(queries, settings.directory());
        WaitReasons reasons = new WaitReasons(queries, daemons, settings.limits(), () -> handlers(settings), now);
        queries.oldestReady().forEach((queue, oldest) -> {
            if (oldest.since().plus(LONG).isBefore(now)) {
                queries.find(oldest.id())
                        .flatMap(job -> oldest(job, oldest.since(), reasons.of(job)))
                        .ifPresent(findings::add);
            }
        });
        if (findings.stream().noneMatch(finding -> finding.check().equals("jobs"))) {
            findings.add(Finding.ok("jobs", ready.isEmpty() ? "no job is ready" : "a daemon serves the ready jobs"));
        }
    }

    private static HandlerView handlers(Settings settings) {
        return new HandlerView(settings.handlersDir(), settings.plugins(), settings.directory());
    }

    /** Empty where another finding says it all. */
    private Optional<Finding> oldest(JobView job, Instant since, Optional<WaitsFor> held) {
        Reason reason = held.map(WaitsFor::reason).orElse(null);
        if (reason == Reason.PAUSED || reason == Reason.NO_HANDLER) {
            return Optional.empty();
        }
        String why = held.map(one -> ": " + one.detail()).orElse("; it can start now");
        return Optional.of(Finding.warning(
                "jobs",
                "the oldest ready job of the queue " + job.queue() + ", job " + job.id() + ", has been waiting for "
                        + brief(Duration.between(since, now)) + why,
                held.map(JobsCheck::mend).orElse("workerd show " + job.id())));
    }

    private static String mend(WaitsFor held) {
        if (held.command() != null) {
            return held.command();
        }
        return switch (held.reason()) {
            case SLOTS -> "see which jobs run: workerd status; or raise workers.concurrency";
            case CONCURRENCY -> "see which jobs run: workerd list --state running; or raise that limit";
            case RATE -> "wait, or raise that rate";
            case TIME, AFTER, PAUSED, NO_HANDLER, NO_DAEMON -> "workerd doctor";
        };
    }

    /** Nobody who asks how it goes should have to think of asking for these. */
    private void died(JobQueries queries) {
        Deaths deaths = queries.deathsSince(now.minus(LATELY));
        if (deaths.count() == 0) {
            return;
        }
        Cause most = deaths.causes().get(0);
        String why = most.error().isEmpty()
                ? ""
                : ", " + (most.count() == deaths.count() ? "all" : Long.toString(most.count())) + " with: "
                        + most.error();
        findings.add(Finding.warning(
                "dead",
                (deaths.complete() ? "" : "at least ") + deaths.count() + " died in the last day" + why,
                "workerd list --state dead --finished-since 1d"));
    }

    private void paused(JobQueries queries) {
        for (Map.Entry<String, Instant> pause : queries.pauses().entrySet()) {
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
