package org.workerd.store.postgres;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Verdict;
import org.workerd.job.Verdict.AttemptRow;
import org.workerd.store.Moves.Finish;
import org.workerd.store.Moves.Runner;

/**
 * running → anywhere, as many jobs at once as have ended: one statement for each table that they go to. Whoever does not
 * hold the token of the running attempt changes nothing.
 */
final class PostgresFinishes {
    private final Statements statements;
    private final PostgresTallies tallies;
    private final PostgresEnds ends;

    PostgresFinishes(Statements statements, PostgresTallies tallies) {
        this.statements = statements;
        this.tallies = tallies;
        this.ends = new PostgresEnds(statements);
    }

    /** Those whose claims were lost. */
    List<Claim> finish(List<Finish> verdicts, Runner runner) {
        Sorted sorted = new Sorted();
        Set<Long> tokens = new HashSet<>();
        List<Claim> lost = new ArrayList<>();
        for (Finish finish : verdicts) {
            if (tokens.add(finish.claim().token())) {
                sorted.add(finish);
            } else {
                lost.add(finish.claim());
            }
        }
        Set<Long> left = new HashSet<>();
        left.addAll(enterFinished(sorted.ended, runner));
        left.addAll(enterScheduled(sorted.scheduled));
        left.addAll(enterReady(sorted.ready));
        List<Finish> held = new ArrayList<>();
        for (Finish finish : sorted.all()) {
            if (left.contains(finish.claim().token())) {
                held.add(finish);
            } else {
                lost.add(finish.claim());
            }
        }
        record(held, runner);
        settle(held);
        return lost;
    }

    /** A job that ended, and as what. */
    private record Ended(Finish finish, JobState state, AttemptRow row, @Nullable String result) {}

    private record Scheduled(Finish finish, Instant runAt, int attempt, boolean retrying) {}

    private record Ready(Finish finish, int attempt, int forgiven) {}

    /** By the table that each verdict leads to. */
    private static final class Sorted {
        private final List<Ended> ended = new ArrayList<>();
        private final List<Scheduled> scheduled = new ArrayList<>();
        private final List<Ready> ready = new ArrayList<>();

        void add(Finish finish) {
            finish.verdict().decide(new Entry(finish));
        }

        List<Finish> all() {
            List<Finish> all = new ArrayList<>();
            ended.forEach(job -> all.add(job.finish));
            scheduled.forEach(job -> all.add(job.finish));
            ready.forEach(job -> all.add(job.finish));
            return all;
        }

        private final class Entry implements Verdict.Cases {
            private final Finish finish;
            private final Claim claim;

            Entry(Finish finish) {
                this.finish = finish;
                this.claim = finish.claim();
            }

            @Override
            public void done(Verdict.Done verdict) {
                ended.add(new Ended(finish, verdict.next(), verdict.row(), verdict.result()));
            }

            @Override
            public void dead(Verdict.Dead verdict) {
                ended.add(new Ended(finish, verdict.next(), verdict.row(), verdict.result()));
            }

            @Override
            public void cancel(Verdict.Cancel verdict) {
                ended.add(new Ended(finish, verdict.next(), verdict.row(), null));
            }

            @Override
            public void retry(Verdict.Retry verdict) {
                scheduled.add(new Scheduled(finish, verdict.at(), claim.attempt(), true));
            }

            @Override
            public void snooze(Verdict.Snooze verdict) {
                scheduled.add(new Scheduled(finish, verdict.until(), claim.attempt() - 1, false));
            }

            @Override
            public void rerun(Verdict.Rerun verdict) {
                ready.add(new Ready(finish, claim.attempt(), claim.forgiven() + 1));
            }

            @Override
            public void giveBack(Verdict.GiveBack verdict) {
                ready.add(new Ready(finish, claim.attempt() - 1, claim.forgiven()));
            }
        }
    }

    private static final String ENTER_FINISHED =
            """
            with verdict (id, token, state, finished_at, exit_code, signal, error, result) as (
              select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[],
                ?::integer[], ?::integer[], ?::text[], ?::text[])),
            gone as (
              delete from running using verdict
              where running.id = verdict.id and running.token = verdict.token
              returning verdict.*, lane, attempt, forgiven, started_at),
            entered as (
              insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at,
                exit_code, signal, error, result, daemon_pid, host)
              select id, lane, state, attempt, forgiven, started_at, finished_at,
                exit_code, signal, error, result, ?::bigint, ?::text from gone)
            select token from gone
            """;

    private List<Long> enterFinished(List<Ended> jobs, Runner runner) {
        if (jobs.isEmpty()) {
            return List.of();
        }
        return statements.list(
                ENTER_FINISHED,
                row -> row.getLong(1),
                numbers(jobs, job -> job.finish.claim().jobId()),
                numbers(jobs, job -> job.finish.claim().token()),
                texts(jobs, job -> job.state.word()),
                numbers(jobs, job -> job.finish.at().toEpochMilli()),
                integers(jobs, job -> job.row.exitCode()),
                integers(jobs, job -> job.row.signal()),
                texts(jobs, job -> job.row.error()),
                texts(jobs, job -> job.result),
                runner.pid(),
                PostgresText.shown(runner.host()));
    }

    private static final String ENTER_SCHEDULED =
            """
            with verdict (id, token, run_at, attempt, retrying) as (
              select * from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::text[]::boolean[])),
            gone as (
              delete from running using verdict
              where running.id = verdict.id and running.token = verdict.token
              returning verdict.*, lane, rank, forgiven),
            entered as (
              insert into scheduled (id, run_at, lane, rank, attempt, forgiven, retrying)
              select id, run_at, lane, rank, attempt, forgiven, retrying from gone)
            select token from gone
            """;

    private List<Long> enterScheduled(List<Scheduled> jobs) {
        if (jobs.isEmpty()) {
            return List.of();
        }
        return statements.list(
                ENTER_SCHEDULED,
                row -> row.getLong(1),
                numbers(jobs, job -> job.finish.claim().jobId()),
                numbers(jobs, job -> job.finish.claim().token()),
                numbers(jobs, job -> job.runAt.toEpochMilli()),
                integers(jobs, job -> job.attempt),
                texts(jobs, job -> Boolean.toString(job.retrying)));
    }

    private static final String ENTER_READY =
            """
            with verdict (id, token, attempt, forgiven) as (
              select * from unnest(?::bigint[], ?::bigint[], ?::integer[], ?::integer[])),
            gone as (
              delete from running using verdict
              where running.id = verdict.id and running.token = verdict.token
              returning verdict.*, lane, rank),
            entered as (
              insert into ready (lane, rank, id, attempt, forgiven)
              select lane, rank, id, attempt, forgiven from gone)
            select token from gone
            """;

    private List<Long> enterReady(List<Ready> jobs) {
        if (jobs.isEmpty()) {
            return List.of();
        }
        return statements.list(
                ENTER_READY,
                row -> row.getLong(1),
                numbers(jobs, job -> job.finish.claim().jobId()),
                numbers(jobs, job -> job.finish.claim().token()),
                integers(jobs, job -> job.attempt),
                integers(jobs, job -> job.forgiven));
    }

    private static final String RECORD =
            """
            insert into attempts (id, number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid,
              host)
            select *, ?::bigint, ?::text from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::bigint[], ?::text[],
              ?::integer[], ?::integer[], ?::text[])
            on conflict (id, number) do update set
              started_at = excluded.started_at, finished_at = excluded.finished_at, outcome = excluded.outcome,
              exit_code = excluded.exit_code, signal = excluded.signal, error = excluded.error,
              daemon_pid = excluded.daemon_pid, host = excluded.host
            """;

    private record Attempt(Finish finish, AttemptRow row) {}

    private void record(List<Finish> held, Runner runner) {
        List<Attempt> attempts = new ArrayList<>();
        for (Finish finish : held) {
            AttemptRow row = finish.verdict().row();
            // One that ended well is its row in finished.
            if (row != null && finish.verdict().next() != JobState.DONE) {
                attempts.add(new Attempt(finish, row));
            }
        }
        if (!attempts.isEmpty()) {
            statements.update(
                    RECORD,
                    runner.pid(),
                    PostgresText.shown(runner.host()),
                    numbers(attempts, attempt -> attempt.finish.claim().jobId()),
                    integers(attempts, attempt -> attempt.finish.claim().attempt()),
                    numbers(
                            attempts,
                            attempt -> attempt.finish.claim().startedAt().toEpochMilli()),
                    numbers(attempts, attempt -> attempt.finish.at().toEpochMilli()),
                    texts(attempts, attempt -> attempt.row.outcome()),
                    integers(attempts, attempt -> attempt.row.exitCode()),
                    integers(attempts, attempt -> attempt.row.signal()),
                    texts(attempts, attempt -> attempt.row.error()));
        }
    }

    private void settle(List<Finish> held) {
        List<Claim> ended = new ArrayList<>();
        for (Finish finish : held) {
            JobState state = finish.verdict().next();
            if (state.isFinal()) {
                ended.add(finish.claim());
                tallies.ended(finish.claim().queue(), state);
            }
        }
        ends.freeKeys(ended.stream().filter(Claim::keyed).map(Claim::jobId).toList());
        ends.tellDependents(ended.stream().map(Claim::jobId).toList());
    }

    private static <T> Object numbers(List<T> jobs, Function<T, Long> column) {
        return jobs.stream().map(column).toArray(Long[]::new);
    }

    private static <T> Object integers(List<T> jobs, Function<T, @Nullable Integer> column) {
        return jobs.stream().map(column).toArray(Integer[]::new);
    }

    private static <T> Object texts(List<T> jobs, Function<T, @Nullable String> column) {
        return jobs.stream().map(column).map(PostgresText::shown).toArray(String[]::new);
    }
}
