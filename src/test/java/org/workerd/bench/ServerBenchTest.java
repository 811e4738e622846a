package org.workerd.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.store.QueueUrl;

/** The bench of a server measures everything it says it does, and is gone afterwards. */
class ServerBenchTest {
    @TempDir
    private Path directory;

    private static List<String> schemas() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = PostgresCluster.shared().connect(PostgresCluster.USER);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select nspname from pg_namespace where nspname like 'workerd_bench%'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    @Test
    void aServerIsMeasuredInASchemaOfTheBenchsOwn() throws IOException, InterruptedException, SQLException {
        QueueUrl.Postgres url = QueueUrl.Postgres.parse(
                PostgresCluster.shared().url(PostgresCluster.USER, PostgresCluster.USER, "measured"));
        List<Figure> figures = new ArrayList<>();
        try (Bench bench = Bench.ofServer(url, directory, directory, true, InstantSource.fixed(Instant.EPOCH))) {
            assertThat(schemas()).hasSize(1);
            // The others need an installation.
            for (Bench.Part part : bench.parts().subList(0, 2)) {
                Bench.Result result = part.measure();
                assertThat(result.failure()).isNull();
                figures.addAll(result.figures());
            }
        }
        assertThat(figures)
                .extracting(Figure::name)
                .containsExactly(
                        "server_insert_single",
                        "server_insert_clients",
                        "server_enqueue_single",
                        "server_enqueue_clients",
                        "server_enqueue_batch",
                        "server_claim_and_finish");
        assertThat(figures).allSatisfy(figure -> {
            assertThat(figure.ours().median()).isPositive();
            assertThat(figure.ratio()).isPositive();
        });
        assertThat(schemas()).isEmpty();
    }
}
