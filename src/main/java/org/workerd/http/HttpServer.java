package org.workerd.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Listen;

/** Jetty, with few threads and everything bounded, whatever its clients do. For one thread but for what it serves. */
final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int THREADS = 24;
    private static final int IDLE_MILLIS = 30_000;
    private static final int LONGEST_HEAD = 8 << 10;
    private static final int MOST_CONNECTIONS = 1_024;
    /** The others are those of TCP: whoever can connect there does not keep users of this machine out. */
    private static final int OF_UNIX_SOCKETS = 64;

    private static final int BETWEEN_LOOKS_SECONDS = 5;

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+) .*");

    private final Server jetty;
    private final Front front;
    private final HttpConfiguration configuration = new HttpConfiguration();
    private final Connections tcp;
    private final Connections unix;
    private final Map<Listen, ChannelConnector> connectors = new HashMap<>();

    private HttpServer(Parts parts) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1, IDLE_MILLIS);
        threads.setName("http");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        this.jetty = new Server(threads);
        int most = mostConnections();
        int reserved = Math.min(OF_UNIX_SOCKETS, most / 4);
        this.tcp = new Connections(most - reserved);
        this.unix = new Connections(reserved);
        this.front = new Front(parts, () -> tcp.open() + unix.open());
        jetty.setHandler(front);
        jetty.setErrorHandler(front.errors());
        jetty.setStopTimeout(0);
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(LONGEST_HEAD);
        configuration.setIdleTimeout(IDLE_MILLIS);
        // It takes 90 KB of the heap for each connection, as long as that is open: all of the heap for 1,000 idle
        // clients.
        configuration.setHeaderCacheSize(0);
        configuration.setUriCompliance(UriCompliance.RFC3986);
        configuration.setUseInputDirectByteBuffers(false);
        configuration.setUseOutputDirectByteBuffers(false);
        configuration.setOutputBufferSize(16 << 10);
    }

    static HttpServer start(Parts parts) {
        HttpServer server = new HttpServer(parts);
        try {
            server.jetty.start();
            server.lookForIdle();
            return server;
        } catch (Exception failure) {
            throw new IllegalStateException("the HTTP server does not start: " + failure.getMessage(), failure);
        }
    }

    /** Jetty ends what is silent; who sends a byte now and then is not. */
    private void lookForIdle() {
        long longest = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
        tcp.closeIdle(longest);
        unix.closeIdle(longest);
        var unused = jetty.getScheduler().schedule(this::lookForIdle, BETWEEN_LOOKS_SECONDS, TimeUnit.SECONDS);
    }

    /** Who gets in from now on. */
    void guard(Guard guard) {
        front.guard(guard);
    }

    /** Serves a place that is taken, if it is not served yet. */
    void serve(Port port) {
        if (connectors.containsKey(port.listen())) {
            return;
        }
        ChannelConnector connector = new ChannelConnector(
                jetty,
                port.channel(),
                port.listen() instanceof Listen.Unix ? unix : tcp,
                new HttpConnectionFactory(configuration));
        connector.setIdleTimeout(IDLE_MILLIS);
        jetty.addConnector(connector);
        try {
            connector.start();
            connectors.put(port.listen(), connector);
        } catch (Exception failure) {
            jetty.removeConnector(connector);
            throw new IllegalStateException(
                    "cannot serve " + port.listen().text() + ": " + failure.getMessage(), failure);
        }
    }

    /** Takes no more connections there; what was asked on those that there are is answered, and followed to its end. */
    void leave(Port port) {
        ChannelConnector connector = connectors.remove(port.listen());
        if (connector != null) {
            var unused = connector.leave().thenRunAsync(() -> remove(connector), jetty.getThreadPool());
        }
    }

    private void remove(ChannelConnector connector) {
        try {
            connector.stop();
        } catch (Exception failure) {
            LOG.warn("http: while closing a port: {}", failure.getMessage());
        }
        jetty.removeConnector(connector);
    }

    @Override
    public void close() {
        front.close();
        try {
            jetty.stop();
        } catch (Exception failure) {
            LOG.warn("http: while stopping: {}", failure.getMessage());
        }
    }

    /** Half of the descriptors are the jobs'. */
    private static int mostConnections() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"), StandardCharsets.UTF_8)) {
            List<Long> limits = lines.map(OPEN_FILES::matcher)
                    .filter(Matcher::matches)
                    .map(line -> Long.parseLong(line.group(1)))
                    .toList();
            return limits.isEmpty() ? MOST_CONNECTIONS : (int) Math.min(MOST_CONNECTIONS, limits.get(0) / 2);
        } catch (IOException unlimited) {
            return MOST_CONNECTIONS;
        }
    }
}
