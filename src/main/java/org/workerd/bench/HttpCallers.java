package org.workerd.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that keep their connections and ask again and again; each for one thread at a time. */
final class HttpCallers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BODY = "{\"name\":\"noop\",\"payload\":" + EnqueueStep.PAYLOAD + "}";
    private static final byte[] REQUEST = ("POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY)
            .getBytes(StandardCharsets.US_ASCII);

    private static final String LENGTH = "content-length: ";

    private final List<Caller> callers = new ArrayList<>();

    private record Caller(SocketChannel channel, InputStream answers) {}

    /** So many, connected to the socket as soon as somebody listens there. */
    static HttpCallers of(Path socket, int clients) throws IOException {
        HttpCallers made = new HttpCallers();
        Stopwatch.await("somebody listens on " + socket, PATIENCE, () -> made.connects(socket));
        while (made.callers.size() < clients) {
            if (!made.connects(socket)) {
                throw new IOException("nobody listens on " + socket + " any more");
            }
        }
        return made;
    }

    private boolean connects(Path socket) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException notYet) {
                channel.close();
                return false;
            }
            callers.add(new Caller(channel, new BufferedInputStream(Channels.newInputStream(channel))));
            return true;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** One job, by this client. */
    void store(int client) {
        try {
            Caller caller = callers.get(client);
            caller.channel().write(ByteBuffer.wrap(REQUEST));
            String status = line(caller.answers());
            int length = 0;
            for (String line = line(caller.answers()); !line.isEmpty(); line = line(caller.answers())) {
                if (line.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                    length = Integer.parseInt(line.substring(LENGTH.length()));
                }
            }
            String body = new String(caller.answers().readNBytes(length), StandardCharsets.UTF_8);
            if (!status.contains(" 201 ")) {
                throw new IOException("a job was not stored over HTTP: " + status + ": " + body);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String line(InputStream answers) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = answers.read(); next != '\n'; next = answers.read()) {
            if (next < 0) {
                throw new EOFException("the daemon closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        for (Caller caller : callers) {
            caller.channel().close();
        }
    }
}
