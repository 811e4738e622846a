package org.workerd.cli;

import java.time.Instant;
import java.util.List;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.config.Settings;
import org.workerd.store.JobQueries;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which jobs a command changes: some by their ids, or all that match a FILTER. */
final class Selection {
    @Parameters(
            arity = "0..*",
            paramLabel = "ID",
            converter = Converters.JobId.class,
            description = "the jobs; or select them with a filter")
    List<Long> ids = List.of();

    @Mixin
    private final JobFilter filter = new JobFilter();

    @Option(names = "--yes", description = "with a filter: do not ask for confirmation")
    boolean yes;

    @Option(names = "--dry-run", description = "show which jobs would be changed, change nothing")
    boolean dryRun;

    @Option(names = "--json", description = "the ids as one JSON document")
    boolean json;

    @Option(names = "-q", description = "the ids only")
    boolean quiet;

    /** What to say when nothing matches; may be empty. */
    String hint(Settings settings) {
        return filter.hint(settings);
    }

    boolean isFilter() {
        return ids.isEmpty();
    }

    /** Exactly one of the two ways must be used, and a script must mean what it filters. */
    void check(String command, Instant now, boolean canAsk) {
        boolean filtered = !filter.of(now).equals(JobQueries.Filter.ALL);
        if (filtered && !ids.isEmpty()) {
            throw Usage.wrong(command, "give ids or a filter, not both");
        }
        if (!filtered && ids.isEmpty()) {
            throw Usage.wrong(command, "no jobs given: name their ids, or a filter");
        }
        if (filtered && !yes && !dryRun && !canAsk) {
            throw new Failure(
                    ExitCode.USAGE,
                    "a filter needs --yes when there is no terminal to ask on",
                    "To see which jobs would be changed: workerd " + command + " … --dry-run");
        }
    }

    JobQueries.Filter filter(Instant now) {
        return filter.of(now);
    }
}
