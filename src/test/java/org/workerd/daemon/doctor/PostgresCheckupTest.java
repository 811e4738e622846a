package org.workerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;
import org.workerd.config.Environment;
import org.workerd.engine.Engines;
import org.workerd.job.NewJob;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;

/** What doctor finds where the queue is on a server. */
class PostgresCheckupTest {
    @TempDir
    private Path directory;

    private final PostgresCluster cluster = PostgresCluster.shared();

    private List<String> look(String url) throws IOException {
        Path handlers = directory.resolve("handlers");
        if (Files.notExists(handlers)) {
            Files.createDirectory(
                    handlers, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        Path config = Files.writeString(
                directory.resolve("workerd.toml"),
                """
                daemon.pidfile = "workerd.pid"
                daemon.dir = "own"
                queue.url = "%s"
                handlers.dir = "handlers"
                log.file = "workerd.log"
                """
                        .formatted(url));
        Environment environment = new Environment(Map.of(), false, 2, Path.of("/nonexistent/workerd.toml"));
        return new Checkup(Instant.EPOCH, false)
                .of(config, environment).stream()
                        .map(finding -> finding.level().word() + " " + finding.check() + ": " + finding.found()
                                + (finding.mend().isEmpty() ? "" : " -> " + finding.mend()))
                        .toList();
    }

    @Test
    void theQueueTheServerAndTheJobsAreLookedAt() throws IOException {
        String url = cluster.url(PostgresCluster.USER, PostgresCluster.USER, "checkup");
        try (JobStore store =
                Engines.of(QueueUrl.Postgres.parse(url), Duration.ofSeconds(5)).openOrCreate()) {
            store.transaction(moves -> moves.enqueue(NewJob.of("mail")));
        }
        assertThat(look(url))
                .contains(
                        "ok schema: version 1",
                        "ok consistency: the tables are consistent",
                        "ok rights: user postgres may do all that a daemon does",
                        "warning jobs: some jobs are ready, but no daemon serves this queue -> workerd start")
                .anyMatch(line -> line.startsWith("ok server: PostgreSQL 1"))
                .anyMatch(line -> line.startsWith("warning server clock: it is "))
                .anyMatch(line -> line.startsWith("warning server: fsync is off: "))
                .noneMatch(line -> line.contains("sqlite3") || line.contains("cannot be checked"));
    }

    @Test
    void aServerThatCannotBeReachedIsAFailureWithWhatToTry() throws IOException {
        assertThat(look("postgresql://ann@127.0.0.1:1/jobs"))
                .anyMatch(line ->
                        line.startsWith("failure queue: cannot open the queue postgresql://ann@127.0.0.1:1/jobs:"
                                        + " the server cannot be reached: ")
                                && line.endsWith(" -> check that the server is running, and try psql from here"));
    }
}
