package org.workerd.store.postgres;

import org.workerd.job.Claim;
import org.workerd.job.Progress;

/** How far the attempts that run are. */
final class PostgresProgress {
    private final Statements statements;

    PostgresProgress(Statements statements) {
        this.statements = statements;
    }

    private static final String NOTE =
            """
            insert into progress (id, attempt, percent, message)
              select id, attempt, ?, ? from running where id = ? and token = ?
              on conflict (id) do update
                set attempt = excluded.attempt, percent = excluded.percent, message = excluded.message
            """;

    /** False: the claim was lost. */
    boolean note(Claim claim, Progress progress) {
        return statements.update(
                        NOTE, progress.percent(), PostgresText.shown(progress.message()), claim.jobId(), claim.token())
                == 1;
    }
}
