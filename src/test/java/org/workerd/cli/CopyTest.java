package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.engine.Engines;
import org.workerd.store.JobQueries;
import org.workerd.store.QueueUrl;

/** {@code workerd copy}, {@code workerd schema} and {@code workerd backup} of a queue on a server. */
class CopyTest {
    private static final String AS_POSTGRES = "\n[queue]\nurl = \"%s\"\n[daemon]\ndir = \"own\"\n";

    @TempDir
    private Path directory;

    private Cli cli;

    @BeforeEach
    void makeAQueue() throws IOException {
        cli = new Cli(directory);
        cli.enqueue("mail");
        cli.enqueue("resize");
    }

    private static String server(String schema) {
        return PostgresCluster.shared().url(PostgresCluster.USER, PostgresCluster.USER, schema);
    }

    /** The settings are read from conf.d beside the file, too. */
    private void use(String url) throws IOException {
        Files.createDirectories(directory.resolve("conf.d"));
        Files.writeString(directory.resolve("conf.d/server.toml"), AS_POSTGRES.formatted(url));
    }

    private static List<Long> ids(String url, Path base) {
        QueueUrl queue = url.startsWith("postgresql:")
                ? QueueUrl.Postgres.parse(url)
                : new QueueUrl.Sqlite(base.resolve(url.substring(url.indexOf(':') + 1)));
        try (JobQueries queries = Engines.of(queue, Duration.ofSeconds(5)).openForReading()) {
            return queries.ids(JobQueries.Filter.ALL);
        }
    }

    @Test
    void aQueueIsCopiedToAServerAndItsBackupIsAFileAgain() throws IOException {
        String url = server("copied_by_command");
        Cli.Said said = cli.run("copy", "--to", url);
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.err()).isEqualTo("Copied 2 jobs from " + cli.queueFile() + " to " + url + ".\n");
        assertThat(ids(url, directory)).containsExactlyInAnyOrder(1L, 2L);

        use(url);
        Path file = directory.resolve("backup.db");
        Cli.Said backup = cli.run("backup", file.toString());
        assertThat(backup.status()).as(backup.err()).isZero();
        assertThat(backup.err())
                .startsWith("Backed up " + url + " to " + file + ", ")
                .endsWith("To back up the database itself: pg_dump (workerd-postgres(7)).\n");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(ids("sqlite:" + file, directory)).containsExactlyInAnyOrder(1L, 2L);
        assertThat(cli.run("backup", file.toString()).err()).contains(file + " exists already; nothing was changed");
    }

    @Test
    void aQueueThatIsNotEmptyIsLeftAsItIs() {
        Cli.Said said = cli.run("copy", "--to", "sqlite:" + cli.queueFile());
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err())
                .isEqualTo("workerd: nothing was copied: the queue " + cli.queueFile()
                        + " is not empty: it has jobs or schedules of its own\n"
                        + "  Copy into a queue that does not exist yet, or is empty.\n");
    }

    @Test
    void aPasswordInTheUrlIsRefusedAndNotRepeated() {
        Cli.Said said = cli.run("copy", "--to", "postgresql://ann:s3cret@db/jobs");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err())
                .contains("a password in the URL could be seen by other users")
                .doesNotContain("s3cret");
    }

    @Test
    void whereItIsToGoMustBeSaid() {
        assertThat(cli.run("copy").status()).isEqualTo(2);
        assertThat(cli.run("copy", "--to", "mysql:jobs").err())
                .startsWith("workerd: --to ")
                .contains("sqlite:PATH or postgresql://USER@HOST/DATABASE");
    }

    @Test
    void theSqlIsPrintedWithoutAServer() throws IOException {
        assertThat(cli.run("schema"))
                .satisfies(said -> assertThat(said.status()).isEqualTo(2))
                .satisfies(said -> assertThat(said.err())
                        .contains("is a file, which needs no SQL")
                        .contains("WORKERD_QUEUE__URL=postgresql://USER@HOST/DATABASE workerd schema"));
        use("postgresql://ann@nowhere.invalid/jobs?schema=mine");
        Cli.Said all = cli.run("schema");
        assertThat(all.status()).isZero();
        assertThat(all.out())
                .contains("create schema if not exists mine;", "create table jobs (", "grant usage on schema mine to")
                .endsWith("commit;\n");
        assertThat(cli.run("schema", "--roles").out())
                .contains("create role %I nologin")
                .doesNotContain("create table");
    }
}
