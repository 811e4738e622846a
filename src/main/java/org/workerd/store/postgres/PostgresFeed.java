package org.workerd.store.postgres;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.workerd.store.OutputFeed;
import org.workerd.store.StoreException;

/**
 * A row says who follows which job; the daemon that runs it is told, and adds what comes to rows that this takes out. For
 * one thread.
 */
final class PostgresFeed implements OutputFeed {
    private static final long BETWEEN_REMINDERS = 700_000_000;

    private final PostgresFeeds feeds;
    private final Statements statements;
    private final long job;
    private long follower;
    private long reminded;

    PostgresFeed(PostgresFeeds feeds, long job) {
        this.feeds = feeds;
        this.statements = feeds.statements();
        this.job = job;
        follow();
        feeds.end();
    }

    private static final String FOLLOW = "insert into followers (job) values (?) returning id";

    private void follow() {
        follower = statements.number(FOLLOW, job);
        remind();
    }

    /** After ten seconds daemons give up: with two to spare, so that both sides see it alike. */
    private static final String IS_FORGOTTEN =
            "select not exists (select from followers where id = ? and seen_at > clock_timestamp() - interval '8 seconds')";

    private static final String REMIND =
            """
            with seen as (update followers set seen_at = clock_timestamp() where id = ? returning id)
            select count(pg_notify(left(current_schema(), 58) || '.jobs', 'follow')) from seen
            """;

    private void remind() {
        statements.number(REMIND, follower);
        reminded = System.nanoTime();
    }

    private static final String TAKE = "delete from follower_news where follower = ? returning number, attempt, body";

    private record Numbered(long number, Piece piece) {}

    @Override
    public News news() {
        boolean anew = false;
        if (System.nanoTime() - reminded >= BETWEEN_REMINDERS) {
            anew = statements.holds(IS_FORGOTTEN, follower);
            if (anew) {
                leave();
                follow();
            } else {
                remind();
            }
        }
        List<Numbered> taken = new ArrayList<>(statements.list(
                TAKE,
                row -> new Numbered(row.getLong(1), new Piece(row.getInt(2), ByteBuffer.wrap(row.getBytes(3)))),
                follower));
        feeds.end();
        taken.sort(Comparator.comparingLong(Numbered::number));
        return new News(anew, taken.stream().map(Numbered::piece).toList());
    }

    private static final String LEAVE =
            """
            with left_behind as (delete from follower_news where follower = ?),
            gone as (select id from followers where id = ? or seen_at < clock_timestamp() - interval '1 hour')
            delete from followers using gone where followers.id = gone.id
            """;

    private void leave() {
        statements.update(LEAVE, follower, follower);
    }

    @Override
    public void close() {
        try {
            leave();
            feeds.end();
        } catch (StoreException lost) {
            // Somebody who follows later takes it away.
        }
    }
}
