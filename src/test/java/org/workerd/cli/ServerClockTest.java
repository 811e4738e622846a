package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;

/** The clock of whoever runs a command shows something else than the server's: {@link Cli#NOW}. */
class ServerClockTest {
    private static final String SCHEMA = "by_its_clock";

    @TempDir
    private Path directory;

    private final PostgresCluster cluster = PostgresCluster.shared();
    private Cli cli;
    private Instant begun;

    @BeforeEach
    void makeAQueue() throws IOException, SQLException {
        cli = new Cli(directory);
        Files.createDirectories(directory.resolve("conf.d"));
        Files.writeString(
                directory.resolve("conf.d/server.toml"),
                "\n[queue]\nurl = \"%s\"\n[daemon]\ndir = \"own\"\n"
                        .formatted(cluster.url(PostgresCluster.USER, PostgresCluster.USER, SCHEMA)));
        begun = time("select (extract(epoch from clock_timestamp()) * 1000)::bigint");
    }

    private Instant time(String question) throws SQLException {
        try (Connection connection = cluster.connect(PostgresCluster.USER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return Instant.ofEpochMilli(row.getLong(1));
        }
    }

    private void assertFromNow(Duration ahead, String column, String rows) throws SQLException {
        assertThat(time("select " + column + " from " + SCHEMA + "." + rows))
                .isBetween(
                        begun.plus(ahead),
                        time("select (extract(epoch from clock_timestamp()) * 1000)::bigint")
                                .plus(ahead));
    }

    @Test
    void delaysCountFromItsTimeAndWhatIsNotedOfJobsIsItsTime() throws Exception {
        assertThat(cli.run("enqueue", "--force", "--delay", "2h", "mail").status())
                .isZero();
        Path batch = Files.writeString(directory.resolve("batch"), "{\"name\":\"mail\",\"delay\":\"3h\"}\n");
        assertThat(cli.run("enqueue", "--force", "--batch", batch.toString()).status())
                .isZero();
        assertThat(cli.run("cancel", "2").status()).isZero();
        assertThat(cli.run("pause", "mail").status()).isZero();

        assertFromNow(Duration.ofHours(2), "run_at", "scheduled where id = 1");
        assertFromNow(Duration.ofHours(3), "run_at", "jobs where id = 2");
        assertFromNow(Duration.ZERO, "finished_at", "finished where id = 2");
        assertFromNow(Duration.ZERO, "paused_at", "pauses");
    }
}
