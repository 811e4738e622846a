package org.workerd.store.sqlite;

import java.time.Instant;
import java.util.List;
import org.workerd.store.Moves.CronRow;

/** Schedules: up to when their slots were dealt with, which is what keeps two daemons from running one twice. */
final class SqliteCron {
    private final Statements statements;

    SqliteCron(Statements statements) {
        this.statements = statements;
    }

    private static final String ROWS =
            "select id, timing, last_run, job from cron where octet_length(id) <= 1000 and octet_length(timing) <= 1000";

    List<CronRow> rows() {
        return statements.list(
                ROWS,
                row -> new CronRow(
                        row.getString(1),
                        row.getString(2),
                        Instant.ofEpochMilli(row.getLong(3)),
                        Statements.number(row, "job")));
    }

    /** Two daemons with different configurations take no turns here: each begins once, when it reads its own. */
    private static final String BEGIN =
            """
            insert into cron (id, timing, last_run) values (?, ?, ?)
            on conflict (id) do update set timing = excluded.timing, last_run = excluded.last_run
              where timing <> excluded.timing
            """;

    boolean begin(String id, String timing, long now) {
        return statements.update(BEGIN, id, timing, now) == 1;
    }

    private static final String ADVANCE = "update cron set last_run = ? where id = ? and last_run = ?";

    boolean advance(String id, long from, long to) {
        return statements.update(ADVANCE, to, id, from) == 1;
    }

    private static final String LINK = "update cron set job = ?, job_slot = ? where id = ?";

    /** A schedule that no daemon has begun yet has no row, only jobs. */
    private static final String OWN = "insert into cron_jobs (id, cron) values (?, ?)";

    boolean link(String id, long job, long slot) {
        statements.update(OWN, job, id);
        return statements.update(LINK, job, slot, id) == 1;
    }

    private static final String HAS_ENDED =
            """
            select exists (select 1 from finished where id = ?1) or not exists (select 1 from jobs where id = ?1)
            """;

    boolean hasEnded(long job) {
        return statements.number(HAS_ENDED, job) == 1;
    }
}
