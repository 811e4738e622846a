package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.workerd.cli.text.Console;
import org.workerd.job.JobState;
import org.workerd.ops.CancelledJobs;
import org.workerd.ops.JobChange.Refusal;
import org.workerd.ops.Json;

/** What became of jobs with which it was not just done: for people a sentence each, for programs a word too. */
final class ChangeOutcomes {
    /** Of more jobs than that it is only said how many they are. */
    private static final int MOST_TOLD = 20;

    private final Console console;
    private final Map<Long, Outcome> byId = new TreeMap<>();

    ChangeOutcomes(Console console) {
        this.console = console;
    }

    /**
     * What became of one job.
     *
     * @param word {@code refused}
     * @param isRefused it is not what was asked for, and will not be
     */
    private record Outcome(String word, boolean isRefused, String sentence) {}

    void add(List<Refusal> refused) {
        refused.forEach(one -> byId.put(one.id(), new Outcome("refused", true, one.sentence())));
    }

    void add(CancelledJobs jobs) {
        jobs.running()
                .forEach(id ->
                        byId.put(id, new Outcome("told to end", false, "job " + id + " runs, and was told to end")));
        jobs.endedOtherwise().forEach((id, state) -> byId.put(id, ended(id, state)));
    }

    private static Outcome ended(long id, JobState state) {
        return new Outcome(
                state.word(), true, "job " + id + " is " + state.word() + ": it ended before it could be cancelled");
    }

    boolean isRefused(long id) {
        Outcome outcome = byId.get(id);
        return outcome != null && outcome.isRefused();
    }

    boolean has(long id) {
        return byId.containsKey(id);
    }

    boolean anyRefused() {
        return byId.values().stream().anyMatch(Outcome::isRefused);
    }

    void tell() {
        byId.values().stream()
                .limit(MOST_TOLD)
                .map(outcome ->
                        outcome.isRefused() ? "workerd: " + outcome.sentence() : capital(outcome.sentence()) + ".")
                .forEach(console::say);
        if (byId.size() > MOST_TOLD) {
            console.say("workerd: … and " + jobs(byId.size() - MOST_TOLD) + " more");
        }
    }

    /**
     * As one document.
     *
     * @param done the word for all others: {@code retried}; empty: only their ids are told
     */
    void print(List<Long> changed, String done) throws IOException {
        try (Json document = new Json(console.data())) {
            JsonGenerator json = document.generator();
            json.writeStartObject();
            json.writeArrayFieldStart("ids");
            for (long id : changed) {
                json.writeNumber(id);
            }
            json.writeEndArray();
            if (!done.isEmpty()) {
                printAll(json, changed, done);
            }
        }
    }

    private void printAll(JsonGenerator json, List<Long> changed, String done) throws IOException {
        Set<Long> all = new TreeSet<>(changed);
        all.addAll(byId.keySet());
        json.writeArrayFieldStart("jobs");
        for (long id : all) {
            Outcome outcome = byId.get(id);
            json.writeStartObject();
            json.writeNumberField("id", id);
            json.writeStringField("outcome", outcome == null ? done : outcome.word());
            json.writeStringField("message", outcome == null ? null : outcome.sentence());
            json.writeEndObject();
        }
    }

    static String jobs(long count) {
        return count == 1 ? "1 job" : count + " jobs";
    }

    static String capital(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
