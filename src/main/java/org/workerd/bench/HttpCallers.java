package org.workerd.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that keep their connections and ask again and again; each for one thread at a time. */
final class HttpCallers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BODY = "{\"name\":\"noop\",\"payload\":" + EnqueueStep.PAYLOAD + "}";
    private static final String REQUEST =
            "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY;

    private static final String LENGTH = "content-length: ";

    private final InetSocketAddress address;
    private final byte[] request;
    private final List<Caller> callers = new ArrayList<>();

    private HttpCallers(int port, String token) {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.request = REQUEST.replace("TOKEN", token).getBytes(StandardCharsets.US_ASCII);
    }

    private record Caller(SocketChannel channel, InputStream answers) {}

    /** So many, connected to this port of this machine as soon as somebody listens there. */
    static HttpCallers of(int port, String token, int clients) throws IOException {
        HttpCallers made = new HttpCallers(port, token);
        Stopwatch.await("somebody listens on port " + port, PATIENCE, made::connects);
        while (made.callers.size() < clients) {
            if (!made.connects()) {
                throw new IOException("nobody listens on port " + port + " any more");
            }
        }
        return made;
    }

    private boolean connects() {
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.connect(address);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
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
            caller.channel().write(ByteBuffer.wrap(request));
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
