package org.workerd.store.postgres;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.workerd.store.Moves.CronRow;

/** Schedules: up to when their slots were dealt with, which is what keeps two daemons from running one twice. */
final class PostgresCron {
    private final Statements statements;

    PostgresCron(Statements statements) {
        this.statements = statements;
    }

    private static final String ROWS =
            """
            select id, timing, last_run, not exists (select from cron_disabled where cron_disabled.id = cron.id)
            from cron
            order by id
            """;

    List<CronRow> rows() {
        return statements.list(
                ROWS,
                row -> new CronRow(
                        row.getString(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3)), row.getBoolean(4)));
    }

    /** Two daemons with different configurations take no turns here: each begins once, when it reads its own. */
    private static final String BEGIN =
            """
            insert into cron (id, timing, last_run) values (?, ?, ?)
            on conflict (id) do update set timing = excluded.timing, last_run = excluded.last_run
              where cron.timing <> excluded.timing
            """;

    boolean begin(String id, String timing, long now) {
        return statements.update(BEGIN, id, timing, now) == 1;
    }

    private static final String ADVANCE = "update cron set last_run = ? where id = ? and last_run = ?";

    boolean advance(String id, long from, long to) {
        return statements.update(ADVANCE, to, id, from) == 1;
    }

    /** One that no daemon has begun yet has no timing, which is that of no schedule: so it will begin all the same. */
    private static final String LINK =
            """
            insert into cron (id, timing, last_run, job, job_slot) values (?, '', ?, ?, ?)
            on conflict (id) do update set job = excluded.job, job_slot = excluded.job_slot
            """;

    private static final String OWN = "insert into cron_jobs (id, cron) values (?, ?)";

    void link(String id, long job, long slot) {
        statements.update(OWN, job, id);
        statements.update(LINK, id, slot, job, slot);
    }

    /** Of those that are older than a hundred others none is looked at: a schedule may have thousands. */
    private static final String UNFINISHED =
            """
            select id from (select id from cron_jobs where cron = ? order by id desc limit 100) as newest
            where not exists (select from finished where finished.id = newest.id)
            order by id desc limit 1
            """;

    Optional<Long> unfinishedJob(String id) {
        return statements.first(UNFINISHED, row -> row.getLong(1), id);
    }

    private static final String DISABLE =
            "insert into cron_disabled (id, disabled_at) values (?, ?) on conflict (id) do nothing";

    boolean disable(String id, long now) {
        return statements.update(DISABLE, id, now) == 1;
    }

    private static final String ENABLE = "delete from cron_disabled where id = ?";

    /** A daemon that ran has moved on already; where none did, what passed was to pass all the same. */
    private static final String MAKE_UP_FOR_NOTHING = "update cron set last_run = greatest(last_run, ?) where id = ?";

    boolean enable(String id, long now) {
        boolean enabled = statements.update(ENABLE, id) == 1;
        if (enabled) {
            statements.update(MAKE_UP_FOR_NOTHING, now, id);
        }
        return enabled;
    }
}
