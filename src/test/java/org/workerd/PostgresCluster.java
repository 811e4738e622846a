package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A server of PostgreSQL for tests, of Debian's package, in a directory of its own. It ends with the process that made
 * it, however that ends: a shell waits for the pipe from there to close. Nothing of it outlives a power cut.
 */
public final class PostgresCluster implements AutoCloseable {
    public static final String USER = "postgres";

    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    /** The server as its own user, who is not root; when the shell gets to the end of its input, or dies, it ends, too. */
    private static final String WATCH =
            """
            directory=$1
            shift
            setpriv --pdeathsig INT "$@" >"$directory/log" 2>&1 &
            cat >/dev/null
            kill -INT "$!"
            wait "$!"
            rm -rf "$directory"
            """;

    private final Path directory;
    private final int port;
    private final Process watch;

    private PostgresCluster(Path directory, int port, Process watch) {
        this.directory = directory;
        this.port = port;
        this.watch = watch;
    }

    private static final class Shared {
        static final PostgresCluster CLUSTER = start(List.of());
    }

    /** The one of this JVM, which is started when it is first needed. */
    public static PostgresCluster shared() {
        programs();
        return Shared.CLUSTER;
    }

    /**
     * One of the test's own.
     *
     * @param options of the server, like {@code fsync=on}
     */
    public static PostgresCluster start(List<String> options) {
        return start(options, directory -> {});
    }

    /** What is done to a cluster before its server starts. */
    public interface Preparation {
        void prepare(Path data) throws IOException;
    }

    public static PostgresCluster start(List<String> options, Preparation preparation) {
        Path programs = programs();
        try {
            Path directory = Files.createTempDirectory("workerd-postgres");
            Path data = directory.resolve("data");
            giveAway(directory);
            run(asUser(
                    programs.resolve("initdb").toString(),
                    "--pgdata=" + data,
                    "--username=" + USER,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync"));
            preparation.prepare(data);
            int port = freePort();
            List<String> command = new ArrayList<>(List.of("sh", "-c", WATCH, "sh", directory.toString()));
            command.addAll(userOptions());
            command.addAll(List.of(programs.resolve("postgres").toString(), "-D", data.toString()));
            List<String> settings = new ArrayList<>(List.of(
                    "port=" + port,
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=" + directory,
                    "fsync=off",
                    "autovacuum=off",
                    "max_connections=200"));
            settings.addAll(options);
            settings.forEach(setting -> command.addAll(List.of("-c", setting)));
            Process watch =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            PostgresCluster cluster = new PostgresCluster(directory, port, watch);
            cluster.awaitStart();
            return cluster;
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError("cannot start a server of PostgreSQL", failure);
        }
    }

    /** Where a developer has none, the test is skipped; CI has one. */
    private static Path programs() {
        Path found = newest();
        assertThat(found != null || !Tool.isCi()).as("CI has PostgreSQL").isTrue();
        assumeTrue(found != null, "PostgreSQL is not installed here (Debian: apt-get install postgresql)");
        Tool.needed("setpriv");
        return found;
    }

    private static Path newest() {
        if (!Files.isDirectory(VERSIONS)) {
            return null;
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("initdb")))
                    .max(Comparator.comparing(programs ->
                            Integer.valueOf(programs.getParent().getFileName().toString())))
                    .orElse(null);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> userOptions() throws IOException {
        return Tool.isRoot()
                ? List.of("--reuid=" + USER, "--regid=" + USER, "--clear-groups")
                : List.of("--no-new-privs");
    }

    private static List<String> asUser(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("setpriv"));
        all.addAll(userOptions());
        all.addAll(List.of(command));
        return all;
    }

    private static void giveAway(Path directory) throws IOException {
        if (Tool.isRoot()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart() {
        Awaitility.await("a server on port " + port + ", see " + directory.resolve("log"))
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(this::answers);
    }

    private boolean answers() {
        try (Connection connection = connect(USER)) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** As a user of the server. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, USER, "");
    }

    /** In the database that is there from the beginning. */
    public void run(String sql) throws SQLException {
        try (Connection connection = connect(USER);
                java.sql.Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What a question with one answer is answered, in the database that is there from the beginning. */
    public long number(String question) {
        try (Connection connection = connect(USER);
                java.sql.Statement statement = connection.createStatement();
                java.sql.ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failure) {
            throw new AssertionError(question, failure);
        }
    }

    /** Where its database of that name is. */
    public String url(String user, String database, String schema) {
        return "postgresql://" + user + "@127.0.0.1:" + port + "/" + database + "?schema=" + schema;
    }

    @Override
    public void close() throws IOException {
        watch.getOutputStream().close();
        watch.onExit().join();
    }
}
