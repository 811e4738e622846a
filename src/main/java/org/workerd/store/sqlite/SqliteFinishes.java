package org.workerd.store.sqlite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.Moves;

/** running → anywhere. Whoever does not hold the token of the running attempt changes nothing. */
final class SqliteFinishes {
    private final Statements statements;
    private final Tallies tallies;
    private final SqliteReady ready;
    private final SqliteDone done;
    /** Asked for once, until another job may wait: most queues have none that does. Null: not asked yet. */
    private @Nullable Boolean anyBlocked;

    SqliteFinishes(Statements statements, Tallies tallies) {
        this.statements = statements;
        this.tallies = tallies;
        this.ready = new SqliteReady(statements, tallies);
        this.done = new SqliteDone(statements, tallies);
    }

    void forget() {
        anyBlocked = null;
    }

    /** Those whose claims were lost. */
    List<Claim> finish(List<Moves.Finish> all, Moves.Runner runner) {
        List<Claim> lost = new ArrayList<>();
        List<Moves.Finish> single = new ArrayList<>();
        List<Moves.Finish> plain = new ArrayList<>();
        for (Moves.Finish finish : all) {
            (SqliteDone.isPlain(finish) && !isAnyBlocked() ? plain : single).add(finish);
        }
        for (SqliteDone.Stretch stretch : SqliteDone.stretches(plain)) {
            if (stretch.isLong()) {
                lost.addAll(done.finish(stretch, runner));
            } else {
                single.addAll(stretch.jobs());
            }
        }
        for (Moves.Finish finish : single) {
            if (!finish(finish.claim(), finish.verdict(), runner, finish.at().toEpochMilli())) {
                lost.add(finish.claim());
            }
        }
        return lost;
    }

    private static final String LEAVE_RUNNING = "delete from running where id = ? and token = ?";

    /** False: the claim was lost. */
    boolean finish(Claim claim, Verdict verdict, Moves.Runner runner, long now) {
        if (statements.update(LEAVE_RUNNING, claim.jobId(), claim.token()) == 0) {
            return false;
        }
        verdict.decide(new Entry(new Attempt(claim, runner, now)));
        return true;
    }

    /** Into the tables of the state that the verdict leads to. */
    private final class Entry implements Verdict.Cases {
        private final Attempt attempt;
        private final Claim claim;

        Entry(Attempt attempt) {
            this.attempt = attempt;
            this.claim = attempt.claim();
        }

        @Override
        public void done(Verdict.Done verdict) {
            enterFinished(attempt, verdict.next(), verdict.row(), verdict.result());
        }

        @Override
        public void dead(Verdict.Dead verdict) {
            record(attempt, verdict.row());
            enterFinished(attempt, verdict.next(), verdict.row(), verdict.result());
        }

        @Override
        public void cancel(Verdict.Cancel verdict) {
            record(attempt, verdict.row());
            enterFinished(attempt, verdict.next(), verdict.row(), null);
        }

        @Override
        public void retry(Verdict.Retry verdict) {
            record(attempt, verdict.row());
            enterScheduled(claim, verdict.at().toEpochMilli(), claim.attempt(), verdict.next());
        }

        @Override
        public void snooze(Verdict.Snooze verdict) {
            record(attempt, verdict.row());
            enterScheduled(claim, verdict.until().toEpochMilli(), claim.attempt() - 1, verdict.next());
        }

        @Override
        public void rerun(Verdict.Rerun verdict) {
            record(attempt, verdict.row());
            enterReady(claim, claim.attempt(), claim.forgiven() + 1);
        }

        @Override
        public void giveBack(Verdict.GiveBack verdict) {
            record(attempt, verdict.row());
            enterReady(claim, claim.attempt() - 1, claim.forgiven());
        }
    }

    private record Attempt(Claim claim, Moves.Runner runner, long finishedAt) {
        long startedAt() {
            return claim.startedAt().toEpochMilli();
        }
    }

    private static final String RECORD =
            """
            insert or replace into attempts
              (id, number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid, host)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private void record(Attempt attempt, @Nullable AttemptRow row) {
        if (row != null) {
            statements.update(
                    RECORD,
                    attempt.claim().jobId(),
                    attempt.claim().attempt(),
                    attempt.startedAt(),
                    attempt.finishedAt(),
                    row.outcome(),
                    row.exitCode(),
                    row.signal(),
                    row.error(),
                    attempt.runner().pid(),
                    attempt.runner().host());
        }
    }

    private static final String ENTER_FINISHED =
            """
            insert into finished
              (id, lane, state, attempt, forgiven, started_at, finished_at, exit_code, signal, error, result, daemon_pid,
              host)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String FREE_KEY =
            "delete from keys where key = (select key from jobs where id = ?1) and id = ?1";

    private void enterFinished(Attempt attempt, JobState state, AttemptRow row, @Nullable String result) {
        Claim claim = attempt.claim();
        statements.update(
                ENTER_FINISHED,
                claim.jobId(),
                claim.lane(),
                state.word(),
                claim.attempt(),
                claim.forgiven(),
                attempt.startedAt(),
                attempt.finishedAt(),
                row.exitCode(),
                row.signal(),
                row.error(),
                result,
                attempt.runner().pid(),
                attempt.runner().host());
        if (state == JobState.DONE) {
            tallies.done(claim.lane(), claim.jobId(), attempt.finishedAt());
        } else {
            tallies.move(claim.lane(), JobState.RUNNING, state);
        }
        if (claim.keyed()) {
            statements.update(FREE_KEY, claim.jobId());
        }
        tellDependents(claim.jobId(), state);
    }

    private static final String ANY_BLOCKED = "select exists (select 1 from blocked)";

    private static final String ONE_LESS_TO_WAIT_FOR =
            "update blocked set open = open - 1 where open > 0 and id in (select child from edges where parent = ?)";

    private static final String WAITED_IN_VAIN =
            "update blocked set open = -1 where id in (select child from edges where parent = ?)";

    private static final String DROP_EDGES = "delete from edges where parent = ?";

    /** What they become of it they become in the next promotion, thousands of them in bounded steps. */
    private void tellDependents(long id, JobState state) {
        if (!isAnyBlocked()) {
            return;
        }
        if (state == JobState.DONE) {
            statements.update(ONE_LESS_TO_WAIT_FOR, id);
            statements.update(DROP_EDGES, id);
        } else {
            statements.update(WAITED_IN_VAIN, id);
        }
    }

    private boolean isAnyBlocked() {
        Boolean known = anyBlocked;
        if (known == null) {
            known = statements.number(ANY_BLOCKED) == 1;
            anyBlocked = known;
        }
        return known;
    }

    private static final String ENTER_SCHEDULED =
            """
            insert into scheduled (id, run_at, lane, priority, attempt, forgiven, retrying)
            values (?, ?, ?, ?, ?, ?, ?)
            """;

    private void enterScheduled(Claim claim, long runAt, int attempt, JobState state) {
        statements.update(
                ENTER_SCHEDULED,
                claim.jobId(),
                runAt,
                claim.lane(),
                claim.priority(),
                attempt,
                claim.forgiven(),
                state == JobState.RETRYING ? 1 : 0);
        tallies.move(claim.lane(), JobState.RUNNING, state);
    }

    private void enterReady(Claim claim, int attempt, int forgiven) {
        ready.enter(
                new SqliteReady.Entry(claim.lane(), claim.priority(), claim.jobId(), attempt, forgiven),
                JobState.RUNNING);
    }
}
