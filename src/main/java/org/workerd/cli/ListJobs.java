package org.workerd.cli;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.ops.HostName;
import org.workerd.ops.Json;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code workerd list}. */
@Command(
        name = "list",
        sortOptions = false,
        description = "List jobs, newest first.",
        footer = {
            "",
            "Examples:",
            "  workerd list --state dead,cancelled --since 1d",
            "  workerd list --name mail --error timeout",
            "  workerd list --cron nightly --limit 5",
            "  workerd list --json --limit 1000"
        })
final class ListJobs implements Callable<Integer> {
    private static final List<JobState> URGENT = List.of(JobState.RUNNING, JobState.DEAD);

    private final Main main;

    @Mixin
    private final JobFilter filter = new JobFilter();

    @Option(names = "--limit", paramLabel = "K", description = "show at most this many (${DEFAULT-VALUE})")
    int limit = 20;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the ids only")
    boolean quiet;

    ListJobs(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw Usage.wrong("list", "--limit must be at least 1, was " + limit);
        }
        // What is wrong in it is said whether there is a queue or not.
        filter.of(main.now());
        Settings settings = main.settings().settings();
        try (JobQueries queries = main.read(settings)) {
            JobQueries.Filter wanted = filter.of(main.now());
            JobQueries.Found found = queries.list(wanted, limit);
            List<JobView> jobs = found.jobs();
            Map<Long, WaitsFor> waits =
                    quiet ? Map.of() : main.waitReasons(settings, queries).of(jobs);
            if (json) {
                printJson(jobs, waits, queries, settings);
            } else if (quiet) {
                jobs.forEach(job -> main.console().data(Long.toString(job.id())));
            } else {
                printTable(jobs, waits, hosts(jobs, queries), settings, wanted.equals(JobQueries.Filter.ALL));
            }
            if (jobs.isEmpty() && !filter.hint(settings).isEmpty()) {
                main.console().say(filter.hint(settings));
            }
            tellOfMore(found);
            if (found.more() && wanted.equals(JobQueries.Filter.ALL)) {
                tellOfUrgent(jobs, queries);
            }
        }
        return 0;
    }

    private void printJson(List<JobView> jobs, Map<Long, WaitsFor> waits, JobQueries queries, Settings settings)
            throws IOException {
        try (Json document = new Json(main.console().data())) {
            document.generator().writeStartObject();
            document.generator().writeArrayFieldStart("jobs");
            for (JobView job : jobs) {
                document.job(
                        job, queries.attempts(job.id()), settings.policies().of(job.name()), waits.get(job.id()));
            }
        }
    }

    /** Of those that run on other machines. */
    private static Map<Long, String> hosts(List<JobView> jobs, JobQueries queries) {
        Map<Long, String> hosts = new HashMap<>();
        for (JobView job : jobs) {
            if (job.state() == JobState.RUNNING) {
                queries.attempts(job.id()).stream()
                        .filter(attempt -> attempt.number() == job.attempt())
                        .flatMap(attempt -> Stream.ofNullable(HostName.other(attempt.host())))
                        .forEach(host -> hosts.put(job.id(), host));
            }
        }
        return hosts;
    }

    private void printTable(
            List<JobView> jobs, Map<Long, WaitsFor> waits, Map<Long, String> hosts, Settings settings, boolean all) {
        if (jobs.isEmpty()) {
            main.console()
                    .say(
                            all
                                    ? "There are no jobs. Store one: workerd enqueue NAME"
                                    : "No jobs match. To see all jobs: workerd list");
            return;
        }
        JobTable table = new JobTable(main, settings);
        jobs.forEach(job -> table.add(job, waits.get(job.id()), hosts.get(job.id())));
        table.print();
    }

    /** Scripts must hear of it, too: what is left out looks like what is not there. */
    private void tellOfMore(JobQueries.Found found) {
        Long end = found.lookedBackTo();
        if (found.more()) {
            main.console().say("Only the newest " + limit + " are shown. For more: --limit K");
        } else if (end != null) {
            main.console()
                    .say("Only the newest jobs were searched, back to job " + end
                            + ". Older jobs may match too: to search them, add --state, --queue or --name.");
        }
    }

    /** With a backlog the newest are all ready: what runs and what is dead would never be seen. */
    private void tellOfUrgent(List<JobView> jobs, JobQueries queries) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (Map<JobState, Long> queue : queries.counts().values()) {
            URGENT.forEach(state -> counts.merge(state, queue.getOrDefault(state, 0L), Long::sum));
        }
        jobs.forEach(job -> counts.remove(job.state()));
        counts.values().removeIf(count -> count == 0);
        if (!counts.isEmpty()) {
            String which = counts.entrySet().stream()
                    .map(one -> one.getValue() + " " + one.getKey().word())
                    .collect(Collectors.joining(", "));
            String states = counts.keySet().stream().map(JobState::word).collect(Collectors.joining(","));
            main.console().hint("Not shown: " + which + ". Try: workerd list --state " + states);
        }
    }
}
