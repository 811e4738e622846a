package org.workerd.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.PostgresCluster;
import org.workerd.engine.Engines;
import org.workerd.store.QueueUrl;

/** workerd-sql(7) says of the tables that programs may use what there is in real databases, and nothing else. */
final class SqlReferenceTest {
    private static final String SCHEMA = "sqlreference";

    @TempDir
    Path directory;

    private final SqlReference reference = new SqlReference();

    /** What the page says of each column, on one line. */
    private Map<String, String> told(String table) {
        Map<String, String> told = new TreeMap<>();
        Pattern.compile("\\.TP\n\\\\fB(.*?)\\\\fR\n(.*?)(?=\\.TP\n|$)", Pattern.DOTALL)
                .matcher(reference.columns(table))
                .results()
                .forEach(
                        entry -> told.put(entry.group(1), entry.group(2).strip().replace('\n', ' ')));
        return told;
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "job_status", "job_attempts", "cancellations", "retries"})
    void everyColumnOfSqliteIsTold(String table) throws SQLException {
        Path file = directory.resolve("queue.db");
        Engines.of(new QueueUrl.Sqlite(file), Duration.ofSeconds(10))
                .openOrCreate()
                .close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            List<String> columns = rows(connection, "select name from pragma_table_info('" + table + "')");
            Map<String, String> told = told(table);
            told.values().removeIf(text -> text.endsWith("(PostgreSQL only)"));
            assertThat(told.keySet()).containsExactlyInAnyOrderElementsOf(columns);
            String definition = rows(connection, "select sql from sqlite_schema where name = '" + table + "'")
                    .get(0);
            Pattern.compile("constraint \"([^\"]+)\"")
                    .matcher(definition)
                    .results()
                    .forEach(rule ->
                            assertThat(told.values()).anyMatch(text -> text.contains(Roff.text(rule.group(1)))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "job_status", "job_attempts", "cancellations", "retries"})
    void everyColumnOfPostgresqlIsToldAndCommented(String table) throws SQLException {
        PostgresCluster cluster = PostgresCluster.shared();
        String url = cluster.url(PostgresCluster.USER, PostgresCluster.USER, SCHEMA);
        Engines.of(QueueUrl.Postgres.parse(url), Duration.ofSeconds(10))
                .openOrCreate()
                .close();
        try (Connection connection = cluster.connect(PostgresCluster.USER)) {
            String all =
                    """
                    from pg_attribute where attrelid = '%s.%s'::regclass and attnum > 0 and not attisdropped
                    """
                            .formatted(SCHEMA, table);
            assertThat(told(table).keySet())
                    .as(
                            "a column needs a comment at the end of postgres/0001-queue.sql, of which workerd-sql(7) is made")
                    .containsExactlyInAnyOrderElementsOf(rows(connection, "select attname " + all));
            assertThat(rows(connection, "select col_description(attrelid, attnum) " + all))
                    .allSatisfy(meaning -> assertThat(told(table).values())
                            .anyMatch(text ->
                                    text.startsWith(Roff.filled(meaning).strip().replace('\n', ' '))));
        }
    }

    @Test
    void theTypeTheDefaultAndTheRuleStandBesideTheMeaning() {
        assertThat(told("jobs").get("queue"))
                .contains("Type: text. Default: 'default'. Rule: queue must be 1 to 128 of A\\-Z");
        assertThat(told("jobs").get("run_at")).contains("Type: integer (PostgreSQL: bigint).");
        assertThat(told("jobs").get("created_at")).contains("Default: the time of the insert.");
        assertThat(told("jobs").get("stored_by")).endsWith("(PostgreSQL only)");
    }

    @Test
    void thePageHasThemAll() throws IOException {
        new ManPages("1.2.3", "2026-11-23").write(Path.of("src/main/man"), directory);
        String page = java.nio.file.Files.readString(directory.resolve("man7/workerd-sql.7"));
        assertThat(page).doesNotContainPattern("(?m)^@[A-Z_]+@$");
        for (String table : List.of("jobs", "job_status", "job_attempts", "cancellations", "retries")) {
            assertThat(page).contains(reference.columns(table));
        }
    }
}
