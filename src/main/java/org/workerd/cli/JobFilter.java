package org.workerd.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.job.CronEntry;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.ops.JobFilters;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Option;

/** The FILTER of every command that has one: the same words everywhere. */
final class JobFilter {
    @Option(
            names = "--state",
            paramLabel = "S",
            splitSynopsisLabel = ",",
            split = ",",
            description = "blocked, scheduled, ready, running, retrying, done, dead, cancelled")
    List<String> states = List.of();

    @Option(names = "--queue", paramLabel = "Q", description = "jobs of this queue")
    @Nullable
    String queue;

    @Option(names = "--name", paramLabel = "N", description = "jobs of this name")
    @Nullable
    String name;

    @Option(names = "--key", paramLabel = "K", description = "jobs with this key")
    @Nullable
    String key;

    @Option(names = "--tag", paramLabel = "T", description = "jobs with this tag")
    @Nullable
    String tag;

    @Option(names = "--cron", paramLabel = "ID", description = "jobs of this schedule")
    @Nullable
    String cron;

    @Option(
            names = "--since",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "enqueued within this time: 30s, 10m, 7d, 1h30m")
    @Nullable
    Duration since;

    @Option(
            names = "--finished-since",
            paramLabel = "D",
            converter = Converters.D.class,
            description = "ended within this time")
    @Nullable
    Duration finishedSince;

    @Option(names = "--error", paramLabel = "TEXT", description = "jobs whose error contains this text")
    @Nullable
    String error;

    /** What was asked for. */
    JobQueries.Filter of(Instant now) {
        try {
            return new JobFilters(states, queue, name, key, tag, cron, since, finishedSince, error).at(now);
        } catch (JobFilters.UnknownStateException unknown) {
            List<String> words =
                    Stream.of(JobState.values()).map(JobState::word).toList();
            throw new Failure(
                    ExitCode.USAGE,
                    String.valueOf(unknown.getMessage()),
                    Usage.meant(unknown.word(), words).orElse("") + "The states are " + String.join(", ", words) + ".");
        }
    }

    /** What to say when nothing matches: the schedule may be a slip, or have been renamed. */
    String hint(Settings settings) {
        List<String> known = settings.cron().stream().map(CronEntry::id).toList();
        return cron == null || known.contains(cron)
                ? ""
                : "The configuration has no schedule " + Names.printable(cron) + ". "
                        + Usage.meant(cron, known).orElse("") + "workerd cron lists them.";
    }
}
