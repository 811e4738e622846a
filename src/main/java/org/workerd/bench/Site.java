package org.workerd.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.workerd.store.JobStore;
import org.workerd.store.QueueUrl;
import org.workerd.store.sqlite.SqliteEngine;

/**
 * A private installation in a scratch directory on the disk of somebody's queue. Closing it ends its daemons and removes
 * it. Thread-safe where it says so.
 */
final class Site implements AutoCloseable {
    private static final String SETTINGS =
            """
            [daemon]
            pidfile = "run/NAME.pid"
            [queue]
            url = "sqlite:QUEUE/queue.db"
            [handlers]
            dir = "handlers"
            plugins = "plugins"
            [log]
            file = "log/NAME.log"
            """;

    private static final String SERVER_SETTINGS =
            """
            [daemon]
            pidfile = "run/NAME.pid"
            dir = "own-NAME"
            [queue]
            url = "URL"
            PASSWORD
            [handlers]
            dir = "handlers"
            plugins = "plugins"
            [log]
            file = "log/NAME.log"
            """;

    private static final String ASKED =
            """
            [http]
            listen = "127.0.0.1:PORT"
            token_file = "token"
            """;

    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rw-------");

    private static final String LAUNCHER = "bin/workerd";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path top;
    private final Path home;
    private final InstantSource clock;
    private final Undertaker undertaker;
    private final String token = UUID.randomUUID().toString();
    private final int port;
    private boolean closed;

    private Site(Path top, Path home, InstantSource clock, Undertaker undertaker) throws IOException {
        this.top = top;
        this.home = home;
        this.clock = clock;
        this.undertaker = undertaker;
        this.port = freePort();
    }

    /**
     * Makes it beside the queue, or above it as far down as there are directories.
     *
     * @param home of the installation whose daemon is measured
     * @param room what the disk must have left, in bytes
     */
    static Site make(Path queue, Path home, long room, InstantSource clock) throws IOException {
        Path beside = existing(queue.toAbsolutePath());
        if (!Files.isWritable(beside)) {
            throw new AccessDeniedException(beside.toString());
        }
        long left = Files.getFileStore(beside).getUsableSpace();
        if (left < room) {
            throw new IOException(
                    "a bench needs " + (room >> 20) + " MiB of room in " + beside + ", there are only " + (left >> 20));
        }
        Path top = Files.createTempDirectory(
                beside,
                ".workerd-bench-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Site site = new Site(top, home, clock, Undertaker.of(top, home.resolve(LAUNCHER)));
        site.furnish();
        return site;
    }

    static Path existing(Path queue) {
        Path directory = queue.getParent();
        while (directory != null && !Files.isDirectory(directory)) {
            directory = directory.getParent();
        }
        return directory == null ? Path.of("/") : directory;
    }

    private void furnish() throws IOException {
        for (String name : List.of("handlers", "plugins", "log", "run", "served", "lone", "blank", "asked")) {
            Files.createDirectory(
                    top.resolve(name),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        settings("first", "served");
        settings("second", "served");
        settings("nobody", "lone");
        settings("none", "blank");
        settings("asked", "asked");
        Files.createFile(top.resolve("token"), PosixFilePermissions.asFileAttribute(OURS_ALONE));
        Files.writeString(top.resolve("token"), token);
        Files.writeString(config("asked"), ASKED.replace("PORT", Integer.toString(port)), StandardOpenOption.APPEND);
        BenchHandlers.write(top.resolve("handlers"), top.resolve("plugins"));
    }

    private void settings(String name, String queue) throws IOException {
        Files.writeString(config(name), SETTINGS.replace("NAME", name).replace("QUEUE", queue));
    }

    /** Lets a daemon of this name serve a queue on a server. */
    BenchDaemon serve(QueueUrl.Postgres url, String name) throws IOException {
        String password = url.passwordFile()
                .map(file -> "password_file = \"" + file.toAbsolutePath() + "\"")
                .orElse("");
        Files.writeString(
                config(name),
                SERVER_SETTINGS
                        .replace("NAME", name)
                        .replace("PASSWORD", password)
                        .replace("URL", url.text()));
        return new BenchDaemon(this, name);
    }

    /** A daemon of the queue that is served; there are two. */
    BenchDaemon first() {
        return new BenchDaemon(this, "first");
    }

    BenchDaemon second() {
        return new BenchDaemon(this, "second");
    }

    /** A daemon that listens on a port of this machine. */
    BenchDaemon asked() {
        return new BenchDaemon(this, "asked");
    }

    /** Clients of the daemon that listens. */
    HttpCallers callers(int clients) throws IOException {
        return HttpCallers.of(port, token, clients);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    /** The queue of the one that listens; all in it waits. */
    Path askedQueue() {
        Path queue = made(top.resolve("asked/queue.db"));
        pause(queue, true);
        return queue;
    }

    /** The queue that daemons serve, made by the first who asks. */
    Path served() {
        return made(top.resolve("served/queue.db"));
    }

    /** The queue that nobody serves. */
    Path lone() {
        return made(top.resolve("lone/queue.db"));
    }

    /** A queue without jobs. */
    Path blank() {
        return made(top.resolve("blank/queue.db"));
    }

    /** Every library of the installation, and what only a bench needs, as a class path. */
    String classPath() {
        return home.resolve("lib/*") + ":" + home.resolve("lib/bench/*");
    }

    Path file(String name) {
        return top.resolve(name);
    }

    Path config(String name) {
        return top.resolve(name + ".toml");
    }

    /** The command as a user would give it, for the daemon of this name, or {@code nobody} for the lone queue. */
    List<String> line(String name, String... words) {
        List<String> line = new ArrayList<>(List.of(
                home.resolve(LAUNCHER).toString(), "--config", config(name).toString()));
        line.addAll(List.of(words));
        return line;
    }

    /** From now on nothing of the served queue is claimed, or is again. */
    void pause(boolean paused) {
        pause(served(), paused);
    }

    private void pause(Path queue, boolean paused) {
        try (JobStore store = new SqliteEngine(queue, PATIENCE).open()) {
            boolean unused =
                    store.transaction(moves -> paused ? moves.pause(null, clock.instant()) : moves.resume(null));
        }
    }

    /** Starts a daemon, unless the site is being cleared away. */
    synchronized void start(String name) throws IOException, InterruptedException {
        if (closed) {
            throw new IOException("the bench was stopped");
        }
        Tool.run(line(name, "start"));
    }

    /** From any thread, and again and again. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        undertaker.close();
    }

    private static Path made(Path queue) {
        if (!Files.exists(queue)) {
            new SqliteEngine(queue, PATIENCE).openOrCreate().close();
        }
        return queue;
    }
}
