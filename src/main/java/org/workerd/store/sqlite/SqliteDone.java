package org.workerd.store.sqlite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Verdict;
import org.workerd.store.Moves.Finish;
import org.workerd.store.Moves.Runner;

/**
 * running → done of many jobs by the same statements, which costs a quarter of what statements for each cost. A
 * daemon's tokens follow one another in the order of its claims, so a stretch of them names the rows.
 */
final class SqliteDone {
    /** Below so many, statements for each are as quick. */
    private static final int SHORTEST = 4;

    private final Statements statements;
    private final Tallies tallies;

    SqliteDone(Statements statements, Tallies tallies) {
        this.statements = statements;
        this.tallies = tallies;
    }

    /** Done, and nothing else is to be written of it. */
    static boolean isPlain(Finish finish) {
        return finish.verdict() instanceof Verdict.Done done
                && done.result() == null
                && done.row().error() == null
                && done.row().signal() == null
                && !finish.claim().keyed();
    }

    /** Plain ones whose tokens follow one another, and which share what else is written. */
    record Stretch(List<Finish> jobs) {
        Finish first() {
            return jobs.get(0);
        }

        boolean isLong() {
            return jobs.size() >= SHORTEST;
        }

        private Finish last() {
            return jobs.get(jobs.size() - 1);
        }

        private boolean isFollowedBy(Finish next) {
            return next.claim().token() == last().claim().token() + 1
                    && next.at().equals(first().at())
                    && Objects.equals(exitCode(next), exitCode(first()));
        }
    }

    /** All of these, which are plain. */
    static List<Stretch> stretches(List<Finish> plain) {
        List<Stretch> found = new ArrayList<>();
        for (Finish next : plain.stream()
                .sorted(Comparator.comparingLong(finish -> finish.claim().token()))
                .toList()) {
            if (found.isEmpty() || !found.get(found.size() - 1).isFollowedBy(next)) {
                found.add(new Stretch(new ArrayList<>()));
            }
            found.get(found.size() - 1).jobs().add(next);
        }
        return found;
    }

    /** Which rows: by their ids they are found, by their tokens they are ours. */
    private record Rows(long lowest, long highest, long from, long to) {
        static Rows of(List<Claim> claims) {
            LongSummaryStatistics ids = claims.stream().mapToLong(Claim::jobId).summaryStatistics();
            return new Rows(
                    ids.getMin(),
                    ids.getMax(),
                    claims.get(0).token(),
                    claims.get(claims.size() - 1).token());
        }
    }

    private static final String ENTER_FINISHED =
            """
            insert into finished (id, lane, state, attempt, forgiven, started_at, finished_at, exit_code, daemon_pid, host)
            select id, lane, 'done', attempt, forgiven, started_at, ?, ?, ?, ?
            from running where id between ? and ? and token between ? and ?
            """;

    private static final String LEAVE_RUNNING =
            "delete from running where id between ? and ? and token between ? and ?";

    /** Those whose claims were lost. */
    List<Claim> finish(Stretch stretch, Runner runner) {
        List<Claim> claims = stretch.jobs().stream().map(Finish::claim).toList();
        Rows rows = Rows.of(claims);
        long at = stretch.first().at().toEpochMilli();
        Integer exitCode = exitCode(stretch.first());
        int entered = statements.update(
                ENTER_FINISHED,
                at,
                exitCode,
                runner.pid(),
                runner.host(),
                rows.lowest,
                rows.highest,
                rows.from,
                rows.to);
        List<Claim> lost = entered == claims.size() ? List.of() : lost(claims, rows);
        statements.update(LEAVE_RUNNING, rows.lowest, rows.highest, rows.from, rows.to);
        claims.stream()
                .filter(claim -> !lost.contains(claim))
                .forEach(claim -> tallies.done(claim.lane(), claim.jobId(), at));
        return lost;
    }

    private static final String HELD = "select token from running where id between ? and ? and token between ? and ?";

    private List<Claim> lost(List<Claim> claims, Rows rows) {
        Set<Long> held =
                Set.copyOf(statements.list(HELD, row -> row.getLong(1), rows.lowest, rows.highest, rows.from, rows.to));
        return claims.stream().filter(claim -> !held.contains(claim.token())).toList();
    }

    private static @Nullable Integer exitCode(Finish finish) {
        return Objects.requireNonNull(finish.verdict().row()).exitCode();
    }
}
