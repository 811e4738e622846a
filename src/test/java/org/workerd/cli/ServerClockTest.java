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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;

/** The clock of whoever runs a command shows something else than the server's: {@link Cli#NOW}. */
class ServerClockTest {
    private static final AtomicInteger MADE = new AtomicInteger();

    @TempDir
    private Path directory;

    private final PostgresCluster cluster = PostgresCluster.shared();
    private final String schema = "by_its_clock" + MADE.incrementAndGet();
    private Cli cli;
    private Instant begun;

    @BeforeEach
    void makeAQueue() throws IOException, SQLException {
        cli = new Cli(directory);
        Files.createDirectories(directory.resolve("conf.d"));
        Files.writeString(
                directory.resolve("conf.d/server.toml"),
                "\n[queue]\nurl = \"%s\"\n[daemon]\ndir = \"own\"\n"
                        .formatted(cluster.url(PostgresCluster.USER, PostgresCluster.USER, schema)));
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
        assertThat(time("select " + column + " from " + schema + "." + rows))
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

    private void run(String sql) throws SQLException {
        try (Connection connection = cluster.connect(PostgresCluster.USER);
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to " + schema);
            statement.execute(sql);
        }
    }

    private long enqueue(String... options) {
        List<String> words = new ArrayList<>(List.of("enqueue", "--force"));
        words.addAll(List.of(options));
        return Long.parseLong(cli.run(words.toArray(String[]::new)).out().strip());
    }

    @Test
    void agesAreCountedByIt() throws Exception {
        long later = enqueue("--delay", "150m", "mail");
        long old = enqueue("--queue", "old", "mail");
        run("alter table jobs disable trigger user");
        run("update jobs set created_at = created_at - 10800000 where id = " + old);
        run("alter table jobs enable trigger user");

        assertThat(cli.run("list", "--queue", "old", "--since", "2h", "-q").out())
                .isEmpty();
        assertThat(cli.run("list", "--queue", "old", "--since", "4h", "-q").out())
                .isEqualTo(old + "\n");
        assertThat(cli.run("retry", "--queue", "old", "--since", "4h", "--dry-run")
                        .status())
                .isEqualTo(1);
        assertThat(cli.run("cancel", "--queue", "old", "--since", "2h", "--dry-run", "-q")
                        .out())
                .isEmpty();
        assertThat(cli.run("stats", "--json").out()).containsPattern("\"oldest_ready_age_ms\":108\\d{5}\\b");
        assertThat(cli.run("doctor").out()).contains("has been waiting for 3h").doesNotContain("it was set back");
        cli.onTerminal(200);
        assertThat(cli.run("list", "--queue", "default").out()).contains("in 2h");
        assertThat(cli.run("show", Long.toString(later)).out()).contains("(in 2h)", "s ago)");
    }

    @Test
    void schedulesGoOnFromItsTime() throws Exception {
        Files.writeString(
                directory.resolve("conf.d/cron.toml"),
                "[cron.nightly]\nschedule = \"30 2 * * *\"\ntimezone = \"UTC\"\nname = \"mail\"\n");
        assertThat(cli.run("cron", "run", "nightly").status()).isZero();
        run("update cron set last_run = 0");
        assertThat(cli.run("cron", "disable", "nightly").status()).isZero();

        String said = cli.run("cron", "enable", "nightly").err();

        assertFromNow(Duration.ZERO, "last_run", "cron");
        assertThat(Instant.parse(said.replaceFirst("(?s).* next at ([^+]*)\\+00:00\\.\n", "$1Z")))
                .isBetween(begun, begun.plus(Duration.ofHours(25)));
        assertThat(cli.run("cron").out())
                .contains(begun.toString().substring(0, 8))
                .contains("T02:30:00+00:00");
    }
}
