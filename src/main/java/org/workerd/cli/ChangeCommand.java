package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Table;
import org.workerd.config.Settings;
import org.workerd.ops.CancelledJobs;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;

/** {@code retry}, {@code cancel} and {@code delete}: asks, changes the jobs, and says what became of them. */
final class ChangeCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Main main;
    private final Selection selection;
    private final JobChange change;
    private final JobAction action;
    private final ChangeOutcomes outcomes;

    ChangeCommand(Main main, Selection selection, JobChange change) {
        this.main = main;
        this.selection = selection;
        this.change = change;
        this.action = change.action();
        this.outcomes = new ChangeOutcomes(main.console());
    }

    int run() throws IOException, InterruptedException {
        selection.check(action.verb(), main.now(), main.console().canAsk());
        Settings settings = main.settings().settings();
        List<Long> ids = ids(settings);
        if (ids.isEmpty()) {
            if (selection.json) {
                outcomes.print(ids, selection.dryRun ? "" : action.done());
            }
            String hint = selection.hint(settings);
            throw new Failure(
                    ExitCode.FAILED,
                    "no matching job can be " + action.done(),
                    hint.isEmpty() ? "To see all jobs: workerd list" : hint);
        }
        if (selection.dryRun) {
            return show(ids, settings);
        }
        boolean ask = selection.isFilter() && !selection.yes;
        if (ask
                && !main.console()
                        .ask(ChangeOutcomes.capital(action.verb()) + " " + ChangeOutcomes.jobs(ids.size()) + "?")) {
            throw new Failure(ExitCode.FAILED, "nothing was changed", "");
        }
        List<Long> changed = changeAll(ids, settings);
        changed.removeIf(outcomes::isRefused);
        if (!changed.isEmpty()) {
            main.console()
                    .done(
                            ChangeOutcomes.jobs(changed.size()) + " " + action.done(),
                            changed.size() == 1 ? "its id" : "their ids");
        }
        tell(changed);
        return changed.isEmpty() || outcomes.anyRefused() ? ExitCode.FAILED.status() : 0;
    }

    private List<Long> ids(Settings settings) {
        if (!selection.isFilter()) {
            // Who waits has a higher id than what it waits for: that comes first.
            return selection.ids.stream().distinct().sorted().toList();
        }
        try (JobQueries queries = main.read(settings)) {
            return action.among(selection.filter(main.now())).map(queries::ids).orElse(List.of());
        }
    }

    private List<Long> changeAll(List<Long> ids, Settings settings) throws IOException, InterruptedException {
        List<Long> changed = new ArrayList<>();
        List<Long> toldToEnd = new ArrayList<>();
        // A server gives a connection to who asks.
        try (JobStore store = Main.engine(settings).open();
                JobQueries queries = store.queries()) {
            for (int from = 0; from < ids.size(); from += JobChange.AT_ONCE) {
                List<Long> some = ids.subList(from, Math.min(ids.size(), from + JobChange.AT_ONCE));
                JobChange.Part part = store.transaction(moves -> change.carryOut(some, moves, moves.now(main.now())));
                change.committed(part, settings);
                JobChange.Result result = change.result(part, queries);
                changed.addAll(result.changed());
                toldToEnd.addAll(result.toldToEnd());
                outcomes.add(result.refused());
                if (ids.size() > JobChange.AT_ONCE) {
                    main.console().progress(changed.size() + " of " + ids.size() + " " + action.done());
                }
            }
        }
        if (ids.size() > JobChange.AT_ONCE) {
            main.console().progress("");
        }
        if (!toldToEnd.isEmpty()) {
            awaitEnds(new CancelledJobs(toldToEnd), settings);
        }
        return changed;
    }

    private void awaitEnds(CancelledJobs jobs, Settings settings) throws IOException, InterruptedException {
        try (JobQueries queries = main.read(settings);
                Changes changes = Main.engine(settings).changes(queries)) {
            jobs.await(queries, changes, PATIENCE);
        }
        outcomes.add(jobs);
    }

    private void tell(List<Long> changed) throws IOException {
        outcomes.tell();
        if (selection.json) {
            outcomes.print(changed, action.done());
        } else if (selection.quiet) {
            printIds(changed);
        } else {
            long plain = changed.stream().filter(id -> !outcomes.has(id)).count();
            if (plain > 0) {
                main.console().say(ChangeOutcomes.jobs(plain) + " " + action.done() + ".");
            }
        }
    }

    private void printIds(List<Long> ids) {
        ids.forEach(id -> main.console().data(Long.toString(id)));
    }

    /** What a real run would change, as it is now. */
    private int show(List<Long> ids, Settings settings) throws IOException {
        List<Long> changeable;
        Table table = new Table("ID", "NAME", "QUEUE", "STATE", "NOTE");
        boolean isTable = !selection.json && !selection.quiet;
        try (JobQueries queries = main.read(settings)) {
            JobChange.Result result = change.foresee(ids, queries);
            outcomes.add(result.refused());
            changeable = result.changed();
            if (isTable) {
                changeable.forEach(id -> queries.find(id).ifPresent(job -> table.row(row(job))));
            }
        }
        if (selection.json) {
            outcomes.print(changeable, "");
        } else if (selection.quiet) {
            printIds(changeable);
        } else if (!changeable.isEmpty()) {
            main.console().print(table);
        }
        outcomes.tell();
        main.console().hint(ChangeOutcomes.jobs(changeable.size()) + " would be " + action.done() + ".");
        return new HashSet<>(changeable).containsAll(ids) ? 0 : ExitCode.FAILED.status();
    }

    private static String[] row(JobView job) {
        String error = job.error() == null ? "" : job.error();
        return new String[] {
            Long.toString(job.id()), job.name(), job.queue(), job.state().word(), error
        };
    }
}
