package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Policies;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.Moves;
import org.workerd.store.StoreFixture;

/** The queue as a table that any language may write to. */
class SqliteForeignWriterTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");

    @TempDir
    Path directory;

    private JobStore store;
    private Sql sql;

    @BeforeEach
    void open() throws SQLException {
        Path file = directory.resolve("queue.db");
        store = new SqliteDatabase(file, Duration.ofSeconds(10)).openOrCreate();
        sql = Sql.open(file);
    }

    @AfterEach
    void close() throws SQLException {
        sql.close();
        store.close();
    }

    @Test
    void whatAJobWaitsForIsThereToBeAskedFor() throws SQLException {
        sql.run("insert into jobs (name) values ('a')");
        sql.run("insert into jobs (name, \"after\") values ('b', '[1]')");
        sql.run("insert into jobs (name, run_at) values ('c', 253402300799999)");
        sql.run("insert into jobs (name, queue) values ('d', 'mail')");
        String waits =
                """
                select coalesce(waits_for ->> 'reason' || ': ' || (waits_for ->> 'detail')
                  || coalesce(' until ' || (waits_for ->> 'until'), ''), '') from job_status order by id
                """;
        String after = "after: job 1 is not done";
        String inTime = "time: it is not due yet until 253402300799999";
        assertThat(sql.rows(waits)).containsExactly("", after, inTime, "");
        store.transaction(moves -> moves.pause("mail", NOW));
        assertThat(sql.rows(waits)).containsExactly("", after, inTime, "paused: the queue mail is paused");
        store.transaction(moves -> moves.pause(null, NOW));
        assertThat(sql.rows(waits))
                .containsExactly("paused: all queues are paused", after, inTime, "paused: all queues are paused");
    }

    @Test
    void whatOneJobWaitsForIsFoundWithoutALookAtWhatOthersWaitFor() throws SQLException {
        assertThat(sql.rows("explain query plan select waits_for from job_status where id = 2"))
                .allSatisfy(step -> assertThat(step).doesNotContain("SCAN e").doesNotContain("SCAN jobs"));
    }

    @Test
    void anInsertOfNameAndPayloadIsACompleteReadyJob() throws SQLException {
        Instant before = Instant.now().minusMillis(1);
        List<String> id = sql.rows("insert into jobs(name, payload) values ('resize', '{\"w\":10}') returning id");
        assertThat(id).containsExactly("1");
        Claim claim = claim().get(0);
        assertThat(claim)
                .isEqualTo(new Claim(
                        1,
                        claim.token(),
                        claim.lane(),
                        1,
                        0,
                        NOW,
                        "resize",
                        "default",
                        0,
                        List.of(),
                        "{\"w\":10}",
                        null,
                        null,
                        false,
                        null,
                        claim.waitedMillis()));
        assertThat(find(1).createdAt()).isBetween(before, Instant.now().plusMillis(1));
    }

    /** A program may keep tables and triggers of its own in the file. */
    @Test
    void jobsThatSomebodysTriggerStoresDoNotTakeTheIdsOfTheirCause() throws SQLException {
        sql.run("create trigger mine after insert on jobs when new.name = 'a' begin"
                + " insert into jobs (name) values ('b'); end");
        NewJob job = NewJob.of("a");
        List<Moves.Enqueued> stored = store.transaction(moves -> moves.enqueue(List.of(job, job, job)));
        assertThat(stored).extracting(a -> find(a.id()).name()).containsExactly("a", "a", "a");
        assertThat(stored).extracting(Moves.Enqueued::id).doesNotHaveDuplicates();
        assertThat(sql.rows("select count(*) from jobs where name = 'b'")).containsExactly("3");
    }

    @Test
    void everyColumnThatAWriterMaySetIsHonoured() throws SQLException {
        sql.run("insert into jobs(name, args, queue, priority, run_at, key, max_attempts, timeout_ms)"
                + " values ('a', '[ \"x\", \"\\u00e9\" ]', 'mail', 7, 1000000000000, 'k', 2, 1500)");
        assertThat(find(1).state()).isEqualTo(JobState.SCHEDULED);
        store.transaction(moves -> moves.promote(NOW, 10));
        Claim claim = claim().get(0);
        assertThat(claim.args()).containsExactly("x", "é");
        assertThat(claim.queue()).isEqualTo("mail");
        assertThat(claim.priority()).isEqualTo(7);
        assertThat(claim.maxAttempts()).isEqualTo(2);
        assertThat(claim.timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(claim.keyed()).isTrue();
    }

    @Test
    void aBatchInOneTransactionOrOneStatementIsCounted() throws SQLException {
        sql.run("with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)"
                + " insert into jobs(name) select 'job' || (i % 3) from n");
        sql.run("begin");
        sql.run("insert into jobs(name) values ('a')");
        sql.run("rollback");
        assertThat(sql.rows("select sum(ready), count(*) from lanes")).containsExactly("500|3");
        assertThat(claim()).hasSize(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"insert", "insert or ignore", "insert or replace", "insert or rollback", "replace"})
    void aKeyIsUniqueWhateverTheInsertSays(String insert) throws SQLException {
        sql.run("insert into jobs(name, key) values ('a', 'k')");
        refused(insert + " into jobs(name, key) values ('b', 'k')", "a job with this key has not ended yet");
        assertThat(sql.rows("select key, id from keys")).containsExactly("k|1");
        assertThat(sql.rows("select id, state from job_status")).containsExactly("1|ready");
        assertThat(sql.rows("select sum(ready) from lanes")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into jobs(id, name) values (1, 'b')",
                "insert into jobs(id, name) values (9223372036854775807, 'b')",
                "insert or replace into jobs(id, name) values (1, 'b')",
                "replace into jobs(id, name) values (1, 'b')",
                "insert or ignore into jobs(id, name) values (1, 'b')",
                "insert into jobs(id, name) values (1, 'b') on conflict(id) do update set name = 'c'"
            })
    void anIdIsNotTheWritersToChoose(String insert) throws SQLException {
        sql.run("insert into jobs(name) values ('a')");
        refused(insert, "the queue chooses the id: leave the column id out");
        assertThat(find(1).name()).isEqualTo("a");
    }

    @Test
    void aRowIsNeverUpdatedNorDeletedWhileItsJobLives() throws SQLException {
        sql.run("insert into jobs(name, run_at) values ('a', 1000000000000)");
        refused("update jobs set priority = 5", "jobs are written once: cancel the job and enqueue another");
        refused("update or replace jobs set id = 2", "jobs are written once: cancel the job and enqueue another");
        refused("delete from jobs", "this job has not ended: cancel it first");
        store.transaction(moves -> moves.promote(NOW, 10));
        refused("delete from jobs", "this job has not ended: cancel it first");
        claim();
        refused("delete from jobs", "this job has not ended: cancel it first");
        assertThat(find(1).state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void whatHasEndedMayBeDeletedAndLeavesNothing() throws SQLException {
        sql.run("insert into jobs(name, key) values ('a', 'k')");
        sql.run("insert into jobs(name, \"after\") values ('b', '[1]')");
        Claim claim = claim().get(0);
        store.transaction(moves -> moves.finish(claim, StoreFixture.dead(), 1, NOW));
        sql.run("delete from jobs where id = 1");
        assertThat(sql.rows("select dead, blocked from lanes order by id")).containsExactly("0|0", "0|1");
        assertThat(sql.rows("select count(*) from attempts")).containsExactly("0");
        assertThat(sql.rows("select count(*) from finished")).containsExactly("0");
        store.transaction(moves -> moves.promote(NOW, 10));
        assertThat(find(2).state()).isEqualTo(JobState.CANCELLED);
        assertThat(find(2).error()).isEqualTo("job 1, which this one waited for, is dead");
        sql.run("delete from jobs where id = 2");
        assertThat(sql.rows("select count(*) from edges")).containsExactly("0");
        assertThat(sql.rows("select count(*) from deleted_parents")).containsExactly("0");
        assertThat(sql.rows("insert into jobs(name) values ('c') returning id")).containsExactly("3");
    }

    @Test
    void anInsertIntoRetriesRetriesOrSaysWhyNot() throws SQLException {
        sql.run("insert into jobs(name) values ('a')");
        sql.run("insert into jobs(name, \"after\") values ('b', '[1]')");
        refused("insert into retries(id) values (1)", "only jobs that are dead or cancelled can be retried");
        refused("insert into retries(id) values (9)", "there is no job with this id");
        Claim claim = claim().get(0);
        store.transaction(moves -> moves.finish(claim, StoreFixture.dead(), 1, NOW));
        store.transaction(moves -> moves.promote(NOW, 10));
        refused("insert into retries(id) values (2)", "a job that it waits for is dead or cancelled");
        sql.run("insert into retries(id) select id from job_status where state in ('dead', 'cancelled') order by id");
        assertThat(sql.rows("select id, state from job_status order by id")).containsExactly("1|ready", "2|blocked");
        assertThat(sql.rows("select name, ready, blocked, dead, cancelled from lanes order by name"))
                .containsExactly("a|1|0|0|0", "b|0|1|0|0");
    }

    @Test
    void aJobWhoseKeyIsTakenIsNotRetried() throws SQLException {
        sql.run("insert into jobs(name, key) values ('a', 'k')");
        store.transaction(moves -> moves.cancel(1, "", NOW));
        sql.run("insert into jobs(name, key) values ('a', 'k')");
        refused("insert into retries(id) values (1)", "another one has its key");
        assertThat(sql.rows("select id, state from job_status")).containsExactly("1|cancelled", "2|ready");
    }

    @Test
    void anInsertIntoCancellationsIsARequestAndItsFirstReasonStands() throws SQLException {
        sql.run("insert into jobs(name) values ('a')");
        sql.run("insert into cancellations(id, reason) values (1, 'not needed')");
        sql.run("insert into cancellations(id, reason) values (1, 'again')");
        assertThat(store.transaction(Moves::cancellations))
                .containsExactly(new Moves.Cancellation(1, "not needed", null));
        assertThat(sql.rows("select requested_at > 1700000000000 from cancellations"))
                .containsExactly("1");
        refused("insert into cancellations(id) values (7)", "there is no job with this id");
        store.transaction(moves -> moves.cancel(1, "", NOW));
        store.transaction(moves -> moves.forgetCancellation(1));
        refused("insert into cancellations(id) values (1)", "this job has ended already");
    }

    @Test
    void theViewShowsWhatTheConfigurationAllows() throws SQLException {
        sql.run("insert into jobs(name) values ('a')");
        sql.run("insert into jobs(name) values ('b')");
        sql.run("insert into jobs(name, max_attempts) values ('b', 2)");
        JobPolicy usual = JobPolicy.DEFAULT;
        JobPolicy rare = new JobPolicy(usual.timeout(), 3, usual.backoff(), usual.killGrace(), usual.outputLimit());
        store.transaction(moves -> moves.allow(new Policies(usual, Map.of("b", rare))));
        store.transaction(moves -> moves.cancel(3, "", NOW));
        sql.run("insert into retries(id) values (3)");
        assertThat(sql.rows("select id, max_attempts, last_attempt from job_status order by id"))
                .containsExactly("1|10|10", "2|3|3", "3|2|2");
    }

    /** What the schema lets in and the daemon cannot read would stop every claim of its lane, for ever. */
    @Test
    void whateverArgsTheSchemaAcceptsCanBeClaimed() throws SQLException {
        Random random = new Random(45);
        String[] pieces = {
            "[", "]", ",", "\"", "\\", "\\\\", "\\\"", "\\u0000", "\\u00e9", "\\ud800", "\\x41", "\\/", "a", "é", " ",
            "\t", "1", "null", "'", "\u0001", "\u007f", "/*c*/", "//", "\ufeff", "\u00a0", "\u000b", "\"x\"", "[]", "+"
        };
        int accepted = 0;
        sql.run("begin");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder args = new StringBuilder(random.nextInt(8) == 0 ? " [" : "[\"");
            for (int length = random.nextInt(6); length > 0; length--) {
                args.append(pieces[random.nextInt(pieces.length)]);
            }
            args.append(random.nextInt(8) == 0 ? "]\n" : "\"]");
            accepted += insertWithArgs(args.toString()) ? 1 : 0;
        }
        sql.run("commit");
        assertThat(accepted).isBetween(1_000, 19_000);
        List<Claim> claims = claim();
        assertThat(claims).hasSize(accepted);
        assertThat(claims)
                .filteredOn(claim -> claim.defect() == null)
                .hasSizeGreaterThan(accepted / 2)
                .allSatisfy(
                        claim -> assertThat(NewJob.of(claim.name(), claim.args().toArray(String[]::new))
                                        .args())
                                .isEqualTo(claim.args()));
        assertThat(claims)
                .filteredOn(claim -> claim.defect() != null)
                .isNotEmpty()
                .allSatisfy(claim -> assertThat(claim.defect()).startsWith("its args contain half a character"));
        try (JobQueries queries = store.queries()) {
            assertThat(queries.list(JobQueries.Filter.ALL, 100_000).jobs()).hasSize(accepted);
        }
    }

    private boolean insertWithArgs(String args) throws SQLException {
        try {
            sql.run("insert into jobs(name, args) values ('a', '" + args.replace("'", "''") + "')");
            return true;
        } catch (SQLException refused) {
            assertThat(refused.getMessage()).contains("args must be a JSON array of strings");
            return false;
        }
    }

    private List<Claim> claim() {
        return store.transaction(
                moves -> moves.claim(moves.register(1, "here", 1, NOW), moves.lanesWithReady(), 100_000, NOW));
    }

    private JobView find(long id) {
        try (JobQueries queries = store.queries()) {
            return queries.find(id).orElseThrow();
        }
    }

    private void refused(String statement, String sentence) {
        assertThatThrownBy(() -> sql.run(statement))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(sentence);
    }
}
