package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.ProgressHandler;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobView;

/** What it takes to find jobs among many others, counted in instructions of SQLite's machine. */
final class SqliteSearchTest {
    private static final int STEP = 100;
    private static final int DONE = 30_000;
    private static final int DEAD = 25_000;

    /** Looking at each of the jobs takes millions. */
    private static final long FEW = 80_000;

    @TempDir
    Path directory;

    private Connection connection;
    private JobQueries queries;
    private final AtomicLong instructions = new AtomicLong();

    /** Done ones of five lanes, few of a sixth and those the oldest, and dead ones; in front of them ready ones. */
    @BeforeEach
    void aLongQueue() throws SQLException {
        SqliteDatabase database = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10));
        database.openOrCreate().close();
        connection = database.connect();
        run("pragma synchronous = off");
        run("begin");
        run("insert into jobs (name, queue, key) values ('rare', 'old', 'k')");
        insert(DONE, "'n' || (i % 5)", "'q' || (i % 2)");
        run("insert into finished (id, lane, state, attempt, finished_at) select id, lane, 'done', 1, id from ready");
        run("delete from ready");
        run("update lanes set done = ready, ready = 0");
        run("insert into thousands select lane, id / 1000, count(*), max(finished_at) from finished group by 1, 2");
        insert(DEAD, "'bad'", "'q0'");
        run("insert into finished (id, lane, state, attempt, finished_at, error)"
                + " select id, lane, 'dead', 1, id, 'exit code 1' from ready");
        run("delete from ready");
        run("update lanes set dead = ready, ready = 0 where ready > 0");
        insert(10_000, "'n' || (i % 5)", "'q' || (i % 2)");
        // One of each of the states, and of the oldest ones all.
        run("insert into cron_jobs (id, cron) select id, 'nightly' from jobs where id % 100 = 0 or id < 200");
        run("insert into tags (tag, id) select 'few', id from jobs where id % 100 = 0 or id < 200");
        run("insert into tags (tag, id) select 'all', id from jobs");
        run("commit");
        queries = new SqliteQueries(database, connection, true);
        ProgressHandler.setHandler(connection, STEP, new ProgressHandler() {
            @Override
            protected int progress() {
                instructions.addAndGet(STEP);
                return 0;
            }
        });
    }

    @AfterEach
    void close() {
        queries.close();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void insert(int count, String name, String queue) throws SQLException {
        run("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + count + ")"
                + " insert into jobs (name, queue) select " + name + ", " + queue + " from n");
    }

    private JobQueries.Found list(Filter filter) {
        instructions.set(0);
        return queries.list(filter, 20);
    }

    private static Stream<Filter> states(Filter filter) {
        return Stream.concat(
                Stream.of(filter, filter.withStates(Set.of(JobState.RETRYING, JobState.DONE))),
                Stream.of(JobState.values()).map(state -> filter.withStates(Set.of(state))));
    }

    @Test
    void noFilterByWhatAJobIsLooksThroughTheOthers() {
        List<Filter> filters = Stream.of(
                        Filter.ALL,
                        Filter.ALL.withQueue("q1"),
                        Filter.ALL.withQueue("old"),
                        Filter.ALL.withQueue("none"),
                        Filter.ALL.withName("n2"),
                        Filter.ALL.withName("rare"),
                        Filter.ALL.withName("none"),
                        Filter.ALL.withName("n2").withQueue("q0"),
                        Filter.ALL.withKey("k"),
                        Filter.ALL.withKey("none"),
                        Filter.ALL.withCron("nightly"),
                        Filter.ALL.withCron("none"),
                        Filter.ALL.withCron("nightly").withName("bad"),
                        Filter.ALL.withTag("few"),
                        Filter.ALL.withTag("all"),
                        Filter.ALL.withTag("none"),
                        Filter.ALL.withTag("few").withName("rare"),
                        Filter.ALL.withTag("all").withQueue("q1"),
                        Filter.ALL
                                .withFinishedSince(Instant.ofEpochMilli(DONE - 5))
                                .withQueue("q1"))
                .flatMap(SqliteSearchTest::states)
                .toList();
        for (Filter filter : filters) {
            JobQueries.Found found = list(filter);
            long counting = filter.tag() == null ? 0 : 10L * SqlitePlaces.MOST_COUNTED;
            assertThat(instructions).as("%s", filter).hasValueLessThan(FEW + counting);
            assertThat(found.lookedBackTo()).as("%s", filter).isNull();
        }
    }

    @Test
    void theOldestJobOfAllIsFoundByItsLaneAndByItsKey() {
        for (Filter filter : List.of(
                Filter.ALL.withName("rare"),
                Filter.ALL.withQueue("old").withStates(Set.of(JobState.DONE)),
                Filter.ALL.withFinishedSince(Instant.EPOCH).withName("rare"),
                Filter.ALL.withKey("k"))) {
            assertThat(list(filter).jobs())
                    .as("%s", filter)
                    .extracting(JobView::id)
                    .containsExactly(1L);
        }
    }

    @Test
    void aSearchForAnErrorStopsAndSaysWhere() {
        JobQueries.Found found = list(Filter.ALL.withError("no such"));
        assertThat(found.jobs()).isEmpty();
        assertThat(found.lookedBackTo()).isNotNull();
        assertThat(list(Filter.ALL.withError("no such").withStates(Set.of(JobState.DEAD)))
                        .lookedBackTo())
                .isEqualTo(1L + DONE + DEAD - SqliteSearch.FARTHEST + 1);
        assertThat(list(Filter.ALL.withError("exit").withStates(Set.of(JobState.DEAD)))
                        .jobs())
                .hasSize(20);
    }

    @Test
    void ofTheDeadTheNewestAreCounted() {
        JobQueries.Deaths deaths = queries.deathsSince(Instant.EPOCH);
        assertThat(deaths)
                .isEqualTo(JobQueries.Deaths.of(
                        false, List.of(new JobQueries.Cause("exit code 1", SqliteDeaths.FARTHEST))));
    }

    @Test
    void aChangeOfManyLeavesNoneOutForBeingOld() {
        assertThat(queries.ids(Filter.ALL.withError("exit code 1"))).hasSize(DEAD);
        assertThat(queries.ids(Filter.ALL.withStates(Set.of(JobState.DONE)).withSince(Instant.EPOCH)))
                .hasSize(DONE + 1);
    }

    @Test
    void aSearchForTheLatestStopsWhereTheyAreOlder() {
        assertThat(list(Filter.ALL.withSince(Instant.now().plusSeconds(60))))
                .isEqualTo(new JobQueries.Found(List.of(), false, null));
        assertThat(instructions).hasValueLessThan(FEW);
    }
}
