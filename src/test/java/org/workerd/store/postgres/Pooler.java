package org.workerd.store.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.workerd.PostgresCluster;
import org.workerd.Tool;

/** Debian's pgbouncer in front of a server, which gives its one session to whoever has a transaction. */
final class Pooler implements AutoCloseable {
    private final int port;
    private final Process process;

    private Pooler(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    static Pooler start(PostgresCluster cluster, Path directory) throws IOException {
        Path program = Tool.needed("pgbouncer");
        Path setpriv = Tool.needed("setpriv");
        int port = freePort();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = readable(directory.resolve("users"), "\"" + PostgresCluster.USER + "\" \"\"\n");
        Path config = readable(
                directory.resolve("pgbouncer.ini"),
                """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = 1
                """
                        .formatted(cluster.port(), port, users));
        List<String> command = new ArrayList<>(List.of(setpriv.toString(), "--pdeathsig", "KILL"));
        if (Tool.isRoot()) {
            command.addAll(
                    List.of("--reuid=" + PostgresCluster.USER, "--regid=" + PostgresCluster.USER, "--clear-groups"));
        }
        command.addAll(List.of(program.toString(), "-q", config.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        Pooler pooler = new Pooler(port, process);
        Awaitility.await("a pooler on port " + port + ", see " + directory.resolve("log"))
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(pooler::answers);
        return pooler;
    }

    private static Path readable(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
