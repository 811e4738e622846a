package org.workerd.store.sqlite;

import org.workerd.job.Claim;
import org.workerd.job.Progress;

/** How far the attempts that run are. */
final class SqliteProgress {
    private final Statements statements;

    SqliteProgress(Statements statements) {
        this.statements = statements;
    }

    private static final String NOTE =
            """
            insert into progress (id, attempt, percent, message)
              select id, attempt, ?3, ?4 from running where id = ?1 and token = ?2
              on conflict (id) do update
                set attempt = excluded.attempt, percent = excluded.percent, message = excluded.message
            """;

    /** False: the claim was lost. */
    boolean note(Claim claim, Progress progress) {
        return statements.update(NOTE, claim.jobId(), claim.token(), progress.percent(), progress.message()) == 1;
    }
}
