package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.StoreException;

/** Every rule of the schema, broken by hand. */
class SqliteRulesTest {
    private static final String NAME = "must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit";
    private static final String ARGS = "args must be a JSON array of strings";
    private static final String AFTER_JSON = "after must be a JSON array of job ids";
    private static final String EARLY =
            "run_at must be milliseconds since the epoch, not before the year 2001: seconds are not milliseconds";
    private static final String ID = "the queue chooses the id: leave the column id out";
    private static final String AFTER_IDS = "after must be a JSON array of the ids of jobs that exist";

    @TempDir
    Path directory;

    private SqliteDatabase database;
    private JobStore store;
    private Sql sql;

    @BeforeEach
    void open() throws SQLException {
        database = new SqliteDatabase(directory.resolve("queue.db"), Duration.ofSeconds(10));
        store = database.openOrCreate();
        sql = Sql.open(directory.resolve("queue.db"));
    }

    @AfterEach
    void nothingWasStored() throws SQLException {
        assertThat(sql.rows("select count(*) from jobs")).containsExactly("0");
        assertThat(sql.rows("select count(*) from lanes")).containsExactly("0");
        sql.close();
        store.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "''",
                "'-a'",
                "'.a'",
                "'a b'",
                "'a/b'",
                "'é'",
                "'a' || char(10)",
                "'a' || char(0)",
                "'a' || char(0) || 'b'",
                "char(0)",
                "replace(hex(zeroblob(65)), '00', 'xx') || 'x'"
            })
    void namesAndQueuesAreSafeWords(String value) {
        refused("name", value, "name " + NAME);
        refusedOfNamed("queue", value, "queue " + NAME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "''",
                "'{bad'",
                "'{}'",
                "'\"a\"'",
                "'[1]'",
                "'[\"a\", null]'",
                "'[[\"a\"]]'",
                "'[\"a\"'",
                "'[\"\\u0000\"]'",
                "'[\"\\\\\\u0000\"]'",
                "'[\"a\"]' || char(0) || 'x'",
                "'[\"a' || char(0) || '\"]'",
                "'[''a'']'",
                "'[\"a\",]'",
                "'[\"' || hex(zeroblob(524288)) || '\"]'"
            })
    void argsAreAJsonArrayOfStrings(String value) {
        refusedOfNamed("args", value, ARGS);
    }

    @Test
    void tagsAreAShortListOfShortWords() {
        for (String value : new String[] {
            "'red'",
            "'\"red\"'",
            "'{\"red\":1}'",
            "'[\"red'",
            "(select json_group_array('t' || value) from"
                    + " json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33]'))"
        }) {
            refusedOfNamed("tags", value, "tags must be a JSON array of at most 32 strings");
        }
        for (String tag : new String[] {
            "1",
            "null",
            "[\"a\"]",
            "\"\"",
            "\"a\\nb\"",
            "\"\\u007f\"",
            "\"\\u0085\"",
            "\"a\\u0000b\"",
            "\"" + "x".repeat(129) + "\""
        }) {
            refusedOfNamed(
                    "tags", "'[" + tag + "]'", "a tag must be a string of 1 to 128 bytes without control characters");
        }
    }

    @Test
    void numbersHaveBounds() {
        refusedOfNamed("priority", "101", "priority must be -100 to 100");
        refusedOfNamed("priority", "-101", "priority must be -100 to 100");
        refusedOfNamed("max_attempts", "0", "max_attempts must be 1 to 1000");
        refusedOfNamed("max_attempts", "1001", "max_attempts must be 1 to 1000");
        refusedOfNamed("timeout_ms", "0", "timeout_ms must be 1 to 3155760000000");
        refusedOfNamed("timeout_ms", "3155760000001", "timeout_ms must be 1 to 3155760000000");
        refusedOfNamed("run_at", "-1", "run_at must be milliseconds since the epoch, before the year 10000");
        refusedOfNamed("run_at", "253402300800000", "run_at must be milliseconds since the epoch");
        refusedOfNamed("run_at", "0", EARLY);
        refusedOfNamed("run_at", "1795910640", EARLY);
        refusedOfNamed("run_at", "978307199999", EARLY);
        refusedOfNamed("id", "1", ID);
        refusedOfNamed("id", "9223372036854775807", ID);
        refusedOfNamed("id", "0", "id must be positive");
        refusedOfNamed("id", "-7", "id must be positive");
    }

    @Test
    void textHasBounds() {
        refusedOfNamed("payload", "replace(hex(zeroblob(524288)), '00', 'xx') || 'x'", "payload must be at most 1 MiB");
        refusedOfNamed("payload", "replace(hex(zeroblob(262145)), '00', 'éé')", "payload must be at most 1 MiB");
        refusedOfNamed("key", "''", "key must be 1 to 512 bytes");
        refusedOfNamed("key", "hex(zeroblob(256)) || 'x'", "key must be 1 to 512 bytes");
        refusedOfNamed("key", "char(0) || hex(zeroblob(256))", "key must be 1 to 512 bytes");
    }

    @Test
    void whatAJobWaitsForExists() {
        refusedOfNamed("\"after\"", "'{bad'", AFTER_JSON);
        refusedOfNamed("\"after\"", "'7'", "after must be a JSON array");
        refusedOfNamed("\"after\"", "'null'", "after must be a JSON array");
        refusedOfNamed("\"after\"", "'[7]'", AFTER_IDS);
        refusedOfNamed("\"after\"", "'[\"1\"]'", AFTER_IDS);
        refusedOfNamed("\"after\"", "'[1.0]'", AFTER_IDS);
    }

    @Test
    void typesAreStrict() {
        refusedOfNamed("priority", "'high'", "cannot store TEXT value in INTEGER column jobs.priority");
        refusedOfNamed("payload", "x'00'", "cannot store BLOB value in TEXT column jobs.payload");
        refusedOfNamed("run_at", "1.5", "cannot store REAL value in INTEGER column jobs.run_at");
        refusedOfNamed("args", "null", "NOT NULL constraint failed: jobs.args");
        refused("payload", "'x'", "NOT NULL constraint failed: jobs.name");
    }

    @Test
    void aBrokenRuleComesOutOfTheStoreAsItsSentence() {
        assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(withTimeout(Duration.ofDays(36_526)))))
                .isInstanceOf(StoreException.class)
                .hasMessage("timeout_ms must be 1 to 3155760000000")
                .extracting(refusal -> ((StoreException) refusal).kind())
                .isEqualTo(StoreException.Kind.INVALID);
        assertThatThrownBy(() -> store.transaction(moves -> moves.enqueue(after(4711))))
                .isInstanceOf(StoreException.class)
                .hasMessage(AFTER_IDS);
    }

    private static NewJob withTimeout(Duration timeout) {
        return NewJob.named("a").timeout(timeout).build();
    }

    private static NewJob after(long id) {
        return NewJob.named("a").after(id).build();
    }

    private void refusedOfNamed(String column, String value, String sentence) {
        refused("name, " + column, "'a', " + value, sentence);
    }

    private void refused(String columns, String values, String sentence) {
        assertThatThrownBy(() -> sql.run("insert into jobs(" + columns + ") values (" + values + ")"))
                .as("%s = %s", columns, values)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(sentence);
    }
}
