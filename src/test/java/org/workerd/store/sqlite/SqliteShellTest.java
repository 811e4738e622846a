package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.Tool;
import org.workerd.job.Claim;
import org.workerd.store.JobStore;
import org.workerd.store.StoreFixture;

/** The distribution's own sqlite3, years older than our driver, beside the open store. */
class SqliteShellTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");

    @TempDir
    Path directory;

    private JobStore store;

    @BeforeEach
    void open() {
        store = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10)).openOrCreate();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theShellInsertsAndIsToldTheId() throws Exception {
        assertThat(shell("insert into jobs(name, payload) values ('resize', '{\"w\":10}') returning id"))
                .isEqualTo(new Tool.Answer(0, "1"));
        assertThat(shell("insert into jobs(name, args, key) values ('mail', json_array('a', 'é'), 'k') returning id"))
                .isEqualTo(new Tool.Answer(0, "2"));
        assertThat(claim()).extracting(Claim::name).containsExactly("resize", "mail");
    }

    @Test
    void theShellSeesEveryStateInJobStatus() throws Exception {
        shell("insert into jobs(name) values ('a'), ('b'), ('c')");
        shell("insert into jobs(name, run_at) values ('later', 253402300799999)");
        shell("insert into jobs(name, \"after\") values ('child', '[4]')");
        List<Claim> claims = claim();
        store.transaction(moves -> moves.finish(claims.get(0), StoreFixture.done(), 1, NOW));
        store.transaction(moves -> moves.finish(claims.get(1), StoreFixture.retryIn(Duration.ofMinutes(1)), 1, NOW));
        assertThat(shell("select id, name, state, attempt from job_status order by id"))
                .isEqualTo(new Tool.Answer(
                        0, "1|a|done|1\n2|b|retrying|1\n3|c|running|1\n4|later|scheduled|0\n5|child|blocked|0"));
    }

    @Test
    void theShellIsToldWhichRuleItBroke() throws Exception {
        shell("insert into jobs(name, key) values ('a', 'k')");
        refused("insert into jobs(name) values ('-a')", "name must be 1 to 128 of");
        refused("insert into jobs(name, args) values ('a', '{bad')", "args must be a JSON array of strings");
        refused("insert into jobs(name, args) values ('a', '[1]')", "args must be a JSON array of strings");
        refused("insert into jobs(name, \"after\") values ('a', '[99]')", "after must be a JSON array of the ids");
        refused("insert or ignore into jobs(name, key) values ('a', 'k')", "a job with this key has not ended yet");
        refused("replace into jobs(id, name) values (1, 'b')", "the queue chooses the id");
        refused("update jobs set name = 'b'", "jobs are written once");
        refused("delete from jobs", "this job has not ended");
        assertThat(shell("select count(*) from jobs").output()).isEqualTo("1");
    }

    private void refused(String sql, String sentence) throws Exception {
        Tool.Answer answer = shell(sql);
        assertThat(answer.exitCode()).as(sql).isNotZero();
        assertThat(answer.output()).contains(sentence);
    }

    private Tool.Answer shell(String sql) throws Exception {
        return Tool.run("sqlite3", directory.resolve("queue.db").toString(), sql);
    }

    private List<Claim> claim() {
        return store.transaction(
                moves -> moves.claim(moves.register(1, "here", 1, NOW), moves.lanesWithReady(), 100, NOW));
    }
}
