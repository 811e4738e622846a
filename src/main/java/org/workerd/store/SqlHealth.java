package org.workerd.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What is asked of the tables of a queue in the same words, whatever engine keeps them. Not thread-safe. */
public abstract class SqlHealth implements Health {
    private final SqlStatements statements;

    protected SqlHealth(SqlStatements statements) {
        this.statements = statements;
    }

    /**
     * Counts what must not be.
     *
     * @param sql gives one number
     * @param what that is, for people
     */
    public record Question(String sql, String what) {}

    /** The jobs of every state, each as often as it stands in one. */
    private static final String PLACED =
            """
            (select id from blocked union all select id from scheduled union all select id from ready
              union all select id from running union all select id from finished)
            """;

    private static final String NOWHERE = "select count(*) from jobs where id not in " + PLACED;
    private static final String TWICE = "select count(*) - count(distinct id) from " + PLACED + " as placed";
    private static final String NO_JOB = "select count(*) from " + PLACED
            + " as placed where not exists (select 1 from jobs where jobs.id = placed.id)";
    private static final String UNOWNED =
            """
            select count(*) from running where not exists (select 1 from daemons where daemons.id = claimed_by)
            """;
    private static final String STALE_KEYS =
            """
            select count(*) from keys
            where not exists (select 1 from jobs where jobs.id = keys.id)
              or exists (select 1 from finished where finished.id = keys.id)
            """;

    /** Of the counts that this engine keeps. */
    protected abstract List<Question> counts();

    @Override
    public final List<String> disagreements() {
        List<Question> questions = new ArrayList<>(List.of(
                new Question(NOWHERE, "jobs in no state"),
                new Question(TWICE, "jobs in two states at once"),
                new Question(NO_JOB, "states of jobs that do not exist")));
        questions.addAll(counts());
        questions.add(new Question(UNOWNED, "running jobs of a daemon that was never registered"));
        questions.add(new Question(STALE_KEYS, "keys held by jobs that have ended or do not exist"));
        List<String> found = new ArrayList<>();
        for (Question question : questions) {
            long count = statements.number(question.sql());
            if (count > 0) {
                found.add(question.what() + " (" + count + ")");
            }
        }
        return found;
    }

    private static final String DUE_AFTER = "select count(*) from scheduled where run_at > ?";

    @Override
    public final long dueAfter(Instant time) {
        return statements.number(DUE_AFTER, time.toEpochMilli());
    }

    private static final String RUNNING = "select id, attempt from running where claimed_by = ?";

    @Override
    public final List<Running> runningOf(long daemon) {
        return statements.list(RUNNING, row -> new Running(row.getLong(1), row.getInt(2)), daemon);
    }
}
