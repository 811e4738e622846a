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
import java.util.TreeMap;
import java.util.TreeSet;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Table;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.ops.Json;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;

/** One change made to many jobs, in short transactions, so that a daemon beside it hardly notices. */
final class JobChange {
    private static final int AT_ONCE = 500;
    /** Of more jobs than that it is only said how many they are. */
    private static final int MOST_TOLD = 20;

    private final Main main;
    private final Selection selection;
    private final Change change;
    /** By id, what became of those with which it was not just done. */
    private final Map<Long, Outcome> outcomes = new TreeMap<>();

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

        /** Why it cannot be done from any other state. */
        String wrongState();

        /** Why this job, which is in one of the states, would not be changed after those that were asked about before. */
        default Optional<String> foresee(JobView job, JobQueries queries) {
            return Optional.empty();
        }

        /** What became of those that were changed, where it was not just done. May take a moment. */
        default Map<Long, Outcome> outcomes(List<Long> changed, Settings settings)
                throws IOException, InterruptedException {
            return Map.of();
        }

        /** Why this job was not changed. */
        default String refusal(JobView job, String why) {
            return why;
        }

        /** Each time some of the changes are durable. */
        default void committed(Settings settings) throws IOException {}
    }

    /**
     * What became of one job.
     *
     * @param word for programs: {@code refused}
     * @param isRefused it is not what was asked for, and will not be
     * @param sentence for people
     */
    record Outcome(String word, boolean isRefused, String sentence) {}

    int run() throws IOException, InterruptedException {
        selection.check(change.verb(), main.now(), main.console().canAsk());
        Settings settings = main.settings().settings();
        List<Long> ids = ids(settings);
        if (ids.isEmpty()) {
            String hint = selection.hint(settings);
            throw new Failure(
                    ExitCode.FAILED,
                    "no matching job can be " + change.done(),
                    hint.isEmpty() ? "To see all jobs: workerd list" : hint);
        }
        if (selection.dryRun) {
            return show(ids, settings);
        }
        boolean ask = selection.isFilter() && !selection.yes;
        if (ask && !main.console().ask(capital(change.verb()) + " " + jobs(ids.size()) + "?")) {
            throw new Failure(ExitCode.FAILED, "nothing was changed", "");
        }
        List<Long> changed = changeAll(ids, settings);
        outcomes.putAll(change.outcomes(changed, settings));
        changed.removeIf(id -> outcomes.containsKey(id) && outcomes.get(id).isRefused());
        if (!changed.isEmpty()) {
            main.console()
                    .done(jobs(changed.size()) + " " + change.done(), changed.size() == 1 ? "its id" : "their ids");
        }
        tell(changed);
        boolean all = outcomes.values().stream().noneMatch(Outcome::isRefused);
        return changed.isEmpty() || !all ? ExitCode.FAILED.status() : 0;
    }

    private List<Long> ids(Settings settings) {
        if (!selection.isFilter()) {
            // Who waits has a higher id than what it waits for: that comes first.
            return selection.ids.stream().distinct().sorted().toList();
        }
        try (JobQueries queries = Main.engine(settings).openForReading()) {
            return selection.of(main.now(), change.from()).map(queries::ids).orElse(List.of());
        }
    }

    private List<Long> changeAll(List<Long> ids, Settings settings) throws IOException {
        List<Long> changed = new ArrayList<>();
        try (JobStore store = Main.engine(settings).open()) {
            for (int from = 0; from < ids.size(); from += AT_ONCE) {
                List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
                Map<Long, String> reasons = new LinkedHashMap<>();
                changed.addAll(store.transaction(moves -> change(some, moves, reasons)));
                reasons.forEach((id, why) -> noteRefused(id, why, store.queries()));
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

    private List<Long> change(List<Long> ids, Moves moves, Map<Long, String> reasons) {
        List<Long> changed = new ArrayList<>();
        for (long id : ids) {
            change.change(id, moves).ifPresentOrElse(why -> reasons.put(id, why), () -> changed.add(id));
        }
        return changed;
    }

    private void noteRefused(long id, String why, JobQueries queries) {
        Optional<JobView> job = queries.find(id);
        boolean matches =
                job.filter(found -> change.from().contains(found.state())).isPresent();
        if (selection.isFilter() && !matches) {
            // Somebody else was first: it is none of those that were asked for any more.
            return;
        }
        String sentence =
                job.map(found -> "job " + id + " " + change.refusal(found, why)).orElse("there is no job " + id);
        outcomes.put(id, new Outcome("refused", true, sentence));
    }

    private void tell(List<Long> changed) throws IOException {
        tellOutcomes();
        if (selection.json) {
            print(changed, true);
        } else if (selection.quiet) {
            print(changed, false);
        } else {
            long plain =
                    changed.stream().filter(id -> !outcomes.containsKey(id)).count();
            if (plain > 0) {
                main.console().say(jobs(plain) + " " + change.done() + ".");
            }
        }
    }

    private void tellOutcomes() {
        outcomes.values().stream()
                .limit(MOST_TOLD)
                .map(outcome ->
                        outcome.isRefused() ? "workerd: " + outcome.sentence() : capital(outcome.sentence()) + ".")
                .forEach(main.console()::say);
        if (outcomes.size() > MOST_TOLD) {
            main.console().say("workerd: … and " + jobs(outcomes.size() - MOST_TOLD) + " more");
        }
    }

    private void print(List<Long> ids, boolean withOutcomes) throws IOException {
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
            json.writeEndArray();
            if (withOutcomes) {
                printOutcomes(json, ids);
            }
        }
    }

    private void printOutcomes(JsonGenerator json, List<Long> changed) throws IOException {
        Set<Long> all = new TreeSet<>(changed);
        all.addAll(outcomes.keySet());
        json.writeArrayFieldStart("jobs");
        for (long id : all) {
            Outcome outcome = outcomes.get(id);
            json.writeStartObject();
            json.writeNumberField("id", id);
            json.writeStringField("outcome", outcome == null ? change.done() : outcome.word());
            json.writeStringField("message", outcome == null ? null : outcome.sentence());
            json.writeEndObject();
        }
    }

    /** What a real run would change, as it is now. */
    private int show(List<Long> ids, Settings settings) throws IOException {
        Table table = new Table("ID", "NAME", "QUEUE", "STATE", "NOTE");
        List<Long> changeable = new ArrayList<>();
        try (JobQueries queries = Main.engine(settings).openForReading()) {
            for (long id : ids) {
                Optional<JobView> found = foreseen(id, queries);
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
            print(changeable, false);
        } else if (!changeable.isEmpty()) {
            main.console().print(table);
        }
        tellOutcomes();
        main.console().hint(jobs(changeable.size()) + " would be " + change.done() + ".");
        return new HashSet<>(changeable).containsAll(ids) ? 0 : ExitCode.FAILED.status();
    }

    /** The job, if it would be changed; else the reason is noted, as {@link #changeAll} would. */
    private Optional<JobView> foreseen(long id, JobQueries queries) {
        Optional<JobView> job = queries.find(id);
        Optional<String> why = job.map(found -> change.from().contains(found.state())
                        ? change.foresee(found, queries)
                        : Optional.of(change.wrongState()))
                .orElse(Optional.of(""));
        why.ifPresent(reason -> noteRefused(id, reason, queries));
        return why.isPresent() ? Optional.empty() : job;
    }

    private static String jobs(long count) {
        return count == 1 ? "1 job" : count + " jobs";
    }

    private static String capital(String verb) {
        return Character.toUpperCase(verb.charAt(0)) + verb.substring(1);
    }
}
