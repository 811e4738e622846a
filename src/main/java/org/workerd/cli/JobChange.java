package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.workerd.daemon.Settings;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;

/** One change made to many jobs, in short transactions, so that a daemon beside it hardly notices. */
final class JobChange {
    private static final int AT_ONCE = 500;

    private final Main main;
    private final Selection selection;
    private final Change change;

    JobChange(Main main, Selection selection, Change change) {
        this.main = main;
        this.selection = selection;
        this.change = change;
    }

    /** What is done to each of the jobs. */
    interface Change {
        /** The command's name: {@code retry}. */
        String verb();

        /** What was done: {@code retried}. */
        String done();

        /** The states from which it can be done. */
        Set<JobState> from();

        /** Empty: it is done. Else why not, to follow "job 42 " or "cannot …". */
        Optional<String> change(long id, Moves moves);

        /** Each time some of the changes are durable. */
        default void committed(Settings settings) throws IOException {}
    }

    int run() throws IOException {
        selection.check(change.verb(), main.now(), main.console().canAsk());
        Settings settings = main.settings().settings();
        List<Long> ids = ids(settings);
        if (ids.isEmpty()) {
            throw new Failure(
                    ExitCode.FAILED, "no jobs match that can be " + change.done(), "All there are: workerd list");
        }
        if (selection.dryRun) {
            return show(ids, settings);
        }
        boolean ask = selection.isFilter() && !selection.yes;
        if (ask && !main.console().ask(capital(change.verb()) + " " + jobs(ids.size()) + "?")) {
            throw new Failure(ExitCode.FAILED, "nothing was changed", "");
        }
        List<Long> changed = changeAll(ids, settings);
        if (!changed.isEmpty()) {
            main.console()
                    .done(jobs(changed.size()) + " " + change.done(), changed.size() == 1 ? "its id" : "their ids");
        }
        tell(changed);
        return changed.isEmpty() || (!selection.isFilter() && changed.size() < ids.size())
                ? ExitCode.FAILED.status()
                : 0;
    }

    private List<Long> ids(Settings settings) {
        if (!selection.isFilter()) {
            return selection.ids.stream().distinct().toList();
        }
        try (JobQueries queries = Main.database(settings).openForReading()) {
            return selection.of(main.now(), change.from()).map(queries::ids).orElse(List.of());
        }
    }

    private List<Long> changeAll(List<Long> ids, Settings settings) throws IOException {
        List<Long> changed = new ArrayList<>();
        try (JobStore store = Main.database(settings).open()) {
            for (int from = 0; from < ids.size(); from += AT_ONCE) {
                List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
                Map<Long, String> refused = new LinkedHashMap<>();
                changed.addAll(store.transaction(moves -> change(some, moves, refused)));
                refused.forEach((id, why) -> tellRefused(id, why, store.queries()));
                change.committed(settings);
                if (ids.size() > AT_ONCE) {
                    main.console().progress(changed.size() + " of " + ids.size() + " " + change.done());
                }
            }
        }
        if (ids.size() > AT_ONCE) {
            main.console().progress("");
        }
        return changed;
    }

    private List<Long> change(List<Long> ids, Moves moves, Map<Long, String> refused) {
        List<Long> changed = new ArrayList<>();
        for (long id : ids) {
            change.change(id, moves).ifPresentOrElse(why -> refused.put(id, why), () -> changed.add(id));
        }
        return changed;
    }

    private void tellRefused(long id, String why, JobQueries queries) {
        boolean there = queries.find(id).isPresent();
        main.console().say("workerd: " + (there ? "job " + id + " " + why : "there is no job " + id));
    }

    private void tell(List<Long> changed) throws IOException {
        if (selection.json || selection.quiet) {
            print(changed);
        } else if (!changed.isEmpty()) {
            main.console().say(jobs(changed.size()) + " " + change.done() + ".");
        }
    }

    private void print(List<Long> ids) throws IOException {
        if (!selection.json) {
            ids.forEach(id -> main.console().data(Long.toString(id)));
            return;
        }
        try (Json document = new Json(main.console().data())) {
            JsonGenerator json = document.generator();
            json.writeStartObject();
            json.writeArrayFieldStart("ids");
            for (long id : ids) {
                json.writeNumber(id);
            }
        }
    }

    /** What a real run would change, as it is now. */
    private int show(List<Long> ids, Settings settings) throws IOException {
        Table table = new Table("ID", "NAME", "QUEUE", "STATE", "NOTE");
        List<Long> changeable = new ArrayList<>();
        try (JobQueries queries = Main.database(settings).openForReading()) {
            for (long id : ids) {
                Optional<JobView> found =
                        queries.find(id).filter(job -> change.from().contains(job.state()));
                if (found.isPresent()) {
                    JobView job = found.get();
                    changeable.add(id);
                    String error = job.error() == null ? "" : job.error();
                    table.row(
                            Long.toString(id),
                            job.name(),
                            job.queue(),
                            job.state().word(),
                            error);
                }
            }
        }
        if (selection.json || selection.quiet) {
            print(changeable);
        } else if (!changeable.isEmpty()) {
            main.console().print(table);
        }
        main.console().hint(jobs(changeable.size()) + " would be " + change.done() + ".");
        return new HashSet<>(changeable).containsAll(ids) ? 0 : ExitCode.FAILED.status();
    }

    private static String jobs(int count) {
        return count == 1 ? "1 job" : count + " jobs";
    }

    private static String capital(String verb) {
        return Character.toUpperCase(verb.charAt(0)) + verb.substring(1);
    }
}
