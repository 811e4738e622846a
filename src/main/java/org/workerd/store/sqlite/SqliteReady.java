package org.workerd.store.sqlite;

import org.workerd.job.JobState;

/** Anywhere → ready: the one statement by which a job comes to be claimable again, whatever it left. */
final class SqliteReady {
    private final Statements statements;
    private final Tallies tallies;

    SqliteReady(Statements statements, Tallies tallies) {
        this.statements = statements;
        this.tallies = tallies;
    }

    /** A job of a lane, and the attempts that it has had. */
    record Entry(long lane, long priority, long id, int attempt, int forgiven) {}

    private static final String ENTER =
            "insert into ready (lane, priority, id, attempt, forgiven) values (?, ?, ?, ?, ?)";

    /** After its row has left the table of that state. */
    void enter(Entry job, JobState from) {
        statements.update(ENTER, job.lane(), job.priority(), job.id(), job.attempt(), job.forgiven());
        tallies.move(job.lane(), from, JobState.READY);
    }
}
