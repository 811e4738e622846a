package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.NewJob;
import org.workerd.job.Retention;
import org.workerd.store.ClockContract;
import org.workerd.store.JobStore;
import org.workerd.store.JobStoreContract;

class SqliteJobStoreTest extends JobStoreContract implements ClockContract {
    @TempDir
    Path directory;

    @Override
    protected JobStore open() {
        return new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(30)).openOrCreate();
    }

    private static final String IN_NOT_ONE_PLACE =
            """
            select j.id from jobs j
            where 1 <> (select count(*) from (
              select id from blocked union all select id from scheduled union all select id from ready
              union all select id from running union all select id from finished) p where p.id = j.id)
            """;

    private static final String OF_NO_JOB =
            """
            select id from (
              select id from blocked union all select id from scheduled union all select id from ready
              union all select id from running union all select id from finished union all select id from keys
              union all select id from revivals union all select id from progress union all select id from attempts
              union all select id from tags)
            where id not in (select id from jobs)
            """;

    private static final String MISCOUNTED =
            """
            select queue || '/' || name from lanes l
            where blocked <> (select count(*) from blocked b where b.lane = l.id)
              or scheduled <> (select count(*) from scheduled s where s.lane = l.id and not retrying)
              or retrying <> (select count(*) from scheduled s where s.lane = l.id and retrying)
              or ready <> (select count(*) from ready r where r.lane = l.id)
              or running <> (select count(*) from running r where r.lane = l.id)
              or done <> (select count(*) from finished f where f.lane = l.id and state = 'done')
              or dead <> (select count(*) from finished f where f.lane = l.id and state = 'dead')
              or cancelled <> (select count(*) from finished f where f.lane = l.id and state = 'cancelled')
            """;

    private static final String THOUSANDS_MISCOUNTED =
            """
            with counted as (
              select lane, id / 1000 as thousand, count(*) as done, max(finished_at) as latest
              from finished where state = 'done' group by 1, 2)
            select lane || ' ' || thousand from counted left join thousands using (lane, thousand)
              where thousands.done is not counted.done or thousands.latest < counted.latest
            union all
            select lane || ' ' || thousand from thousands
              where (lane, thousand) not in (select lane, thousand from counted)
            """;

    private static final String KEYS_ASTRAY =
            """
            select j.id from jobs j
            where j.key is not null
              and exists (select 1 from keys k where k.key = j.key and k.id = j.id)
                = exists (select 1 from finished f where f.id = j.id)
            """;

    private static final String EDGES_ASTRAY =
            """
            select parent || ' > ' || child from edges
            where child not in (select id from jobs)
              or (parent not in (select id from jobs) and parent not in (select id from deleted_parents))
            union all
            select id || ' that nobody waits for' from deleted_parents where id not in (select parent from edges)
            union all
            select id || ' is open: ' || open from blocked
            where open <> (select iif(max(state <> 'unfinished'), -1, count(distinct parent)) from waits where child = id)
            """;

    @Override
    public void assertSound() {
        assertThat(rows(IN_NOT_ONE_PLACE)).as("jobs that are not in one place").isEmpty();
        assertThat(rows(OF_NO_JOB)).as("rows of no job").isEmpty();
        assertThat(rows(MISCOUNTED)).as("lanes that are miscounted").isEmpty();
        assertThat(rows(THOUSANDS_MISCOUNTED))
                .as("thousands that are miscounted")
                .isEmpty();
        assertThat(rows(EDGES_ASTRAY))
                .as("edges that lead nowhere or are miscounted")
                .isEmpty();
        assertThat(rows(KEYS_ASTRAY)).as("keys freed too early or too late").isEmpty();
    }

    /** Each claim looks at every lane, and names come and go: no row is left for one that has no job. */
    @Test
    void aWalkOfTheRetentionLeavesNoLaneWithoutAJob() {
        long done = enqueue("done");
        runOne();
        enqueue("ready");
        Retention nothing = new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        store().transaction(moves -> moves.prune(nothing, NOW.plusSeconds(9), 0, 1));
        assertThat(rows("select name from lanes")).containsExactlyInAnyOrder("done", "ready");
        store().transaction(moves -> moves.prune(nothing, NOW.plusSeconds(9), done, 1));
        assertThat(rows("select name from lanes")).containsExactly("ready");
        assertSound();
    }

    /** Not every engine can. */
    @Test
    void payloadsAndKeysMayHoldNul() {
        long id = enqueue(NewJob.named("resize").payload("a\0b").key("k\0").build());
        assertThat(view(id).payload()).isEqualTo("a\0b");
        assertThat(view(id).key()).isEqualTo("k\0");
        assertThat(claimOne().payload()).isEqualTo("a\0b");
    }

    private List<String> rows(String sql) {
        List<String> found = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        } catch (SQLException failure) {
            throw new AssertionError("cannot look at the queue", failure);
        }
        return found;
    }
}
