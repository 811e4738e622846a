package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.workerd.store.JobStore;

/** Tags that another program writes. */
class PostgresTagTest {
    private final TestQueue queue = new TestQueue();
    private final JobStore store = queue.database().openOrCreate();

    @AfterEach
    void close() {
        Soundness.check(queue);
        store.close();
    }

    private void refused(String tags) {
        assertThatThrownBy(() -> queue.run("insert into jobs (name, tags) values ('a', " + tags + ")"))
                .as(tags)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("tags must be a JSON array of <= 32 strings of 1-128 bytes");
    }

    @Test
    void onlyAShortListOfShortWordsIsStored() {
        refused("'red'");
        refused("'\"red\"'");
        refused("'{\"red\":1}'");
        refused("'[1]'");
        refused("'[\"\"]'");
        refused("'[\"a\\nb\"]'");
        refused("'[\"a\\u0000\"]'");
        refused("to_json(array[repeat('x', 129)])::text");
        refused("(select json_agg('t' || i)::text from generate_series(1, 33) as i)");
        assertThat(queue.rows("select count(*) from jobs")).containsExactly("0");
    }

    @Test
    void oneStatementMayInsertTaggedJobsAndOthers() throws SQLException {
        queue.run(
                """
                insert into jobs (name, tags)
                values ('a', '["red", "red", "\u00e9"]'), ('b', null), ('c', '[]'), ('d', '["red"]')
                """);
        assertThat(queue.rows("select tag, id from tags order by 1, 2")).containsExactly("red|1", "red|4", "é|1");
        assertThat(queue.rows("select tags from job_status where id = 2")).containsExactly("[]");
    }
}
