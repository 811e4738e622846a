package org.workerd.store.sqlite;

import java.util.List;
import java.util.Optional;
import org.workerd.store.JobRows;
import org.workerd.store.JobView;
import org.workerd.store.JsonList;

/** Jobs and attempts as people see them, out of the views; also what the transaction at hand has made of them. */
final class SqliteJobs {
    private final Statements statements;

    SqliteJobs(Statements statements) {
        this.statements = statements;
    }

    private static final String FIND = "select " + JobRows.COLUMNS + "from job_status where id = ?";

    Optional<JobView> find(long id) {
        return statements.first(FIND, JobRows::job, id);
    }

    private static final String ATTEMPTS =
            """
            select number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid, host
            from job_attempts where id = ? order by number
            """;

    List<JobView.Attempt> attempts(long id) {
        return statements.list(ATTEMPTS, JobRows::attempt, id);
    }

    private static final String OF_IDS = "select " + JobRows.COLUMNS
            + "from job_status where id in (select value from json_each(?)) order by id desc";

    List<JobView> newestFirst(List<Long> ids) {
        return statements.list(OF_IDS, JobRows::job, JsonList.ofNumbers(ids));
    }
}
