package org.workerd.store.postgres;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.workerd.store.Moves.Follower;
import org.workerd.store.Moves.Printed;

/** What attempts printed, as much as is kept of it, and for who follows one from another machine what it prints. */
final class PostgresOutputs {
    private final Statements statements;

    PostgresOutputs(Statements statements) {
        this.statements = statements;
    }

    /** An attempt that was given back is replaced by the next one of its number. */
    private static final String KEEP =
            """
            insert into outputs (id, attempt, body)
            select * from unnest(?::bigint[], ?::integer[], ?::bytea[])
            on conflict (id, attempt) do update set body = excluded.body
            """;

    void keep(List<Printed> printed) {
        if (!printed.isEmpty()) {
            statements.update(
                    KEEP,
                    printed.stream().map(Printed::job).toArray(Long[]::new),
                    printed.stream().map(Printed::attempt).toArray(Integer[]::new),
                    printed.stream().map(one -> bytes(one.text())).toArray(byte[][]::new));
        }
    }

    private static final String FOLLOWERS =
            """
            select followers.id, followers.job, running.token
            from followers join running on running.id = followers.job
            where claimed_by = ? and seen_at > clock_timestamp() - interval '10 seconds'
            order by followers.id
            """;

    List<Follower> followers(long daemon) {
        return statements.list(FOLLOWERS, row -> new Follower(row.getLong(1), row.getLong(2), row.getLong(3)), daemon);
    }

    /** Nothing for one who has gone, and no more than so much for one who does not take it. */
    private static final String TELL =
            """
            insert into follower_news (follower, attempt, body)
            select id, ?, ? from followers
            where id = ? and (select coalesce(sum(octet_length(body)), 0) from follower_news where follower = id) < 8388608
            """;

    void tell(Follower follower, int attempt, ByteBuffer text) {
        statements.update(TELL, attempt, bytes(text), follower.id());
    }

    private static final String FIND = "select body from outputs where id = ? and attempt = ?";

    Optional<ByteBuffer> find(long job, int attempt) {
        return statements.first(FIND, row -> ByteBuffer.wrap(row.getBytes(1)), job, attempt);
    }

    private static byte[] bytes(ByteBuffer text) {
        byte[] bytes = new byte[text.remaining()];
        text.duplicate().get(bytes);
        return bytes;
    }
}
