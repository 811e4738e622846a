package org.workerd.store.postgres;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Progress;
import org.workerd.store.JsonReader;
import org.workerd.store.StoreException;

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

    /** What the view says of it, as JSON. */
    static @Nullable Progress read(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            Map<String, @Nullable Object> fields = JsonReader.object(json);
            int percent = fields.get("percent") instanceof Number number ? number.intValue() : 0;
            Object message = fields.get("message");
            return new Progress(Math.max(0, Math.min(100, percent)), message == null ? null : message.toString());
        } catch (IllegalArgumentException broken) {
            throw new StoreException(StoreException.Kind.DAMAGED, "a progress is not JSON: " + json, broken);
        }
    }
}
