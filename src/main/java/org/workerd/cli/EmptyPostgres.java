package org.workerd.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A server that speaks PostgreSQL's protocol, accepts every user, and answers each query with no rows: enough for a client to
 * load the classes that it needs. Listens on a free port of the loopback address. For one client at a time.
 */
final class EmptyPostgres implements AutoCloseable {
    /** What a client has to be told before it believes that it talks to PostgreSQL. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "server_version", "15.0",
            "server_encoding", "UTF8",
            "client_encoding", "UTF8",
            "DateStyle", "ISO, MDY",
            "TimeZone", "UTC",
            "integer_datetimes", "on",
            "standard_conforming_strings", "on");

    private static final int TEXT = 25;
    /** The length of an SSLRequest, which comes first and is declined. */
    private static final int SSL_REQUEST = 8;

    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    EmptyPostgres() throws IOException {
        Thread thread = new Thread(this::serve, "empty-postgres");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "postgresql://nobody@127.0.0.1:" + socket.getLocalPort() + "/nothing";
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                answer(new DataInputStream(client.getInputStream()), client.getOutputStream());
            } catch (IOException gone) {
                // The client is, or we are.
            }
        }
    }

    private static void answer(DataInputStream in, OutputStream out) throws IOException {
        int length = in.readInt();
        for (; length == SSL_REQUEST; length = in.readInt()) {
            in.skipNBytes(length - Integer.BYTES);
            out.write('N');
        }
        in.skipNBytes(length - Integer.BYTES);
        send(out, 'R', body -> body.writeInt(0));
        for (Map.Entry<String, String> parameter : PARAMETERS.entrySet()) {
            send(out, 'S', body -> {
                text(body, parameter.getKey());
                text(body, parameter.getValue());
            });
        }
        send(out, 'K', body -> body.writeLong(1));
        ready(out);
        for (int type = in.read(); type >= 0; type = in.read()) {
            in.skipNBytes(in.readInt() - Integer.BYTES);
            switch (type) {
                case 'P' -> send(out, '1', body -> {});
                case 'B' -> send(out, '2', body -> {});
                case 'D' -> describe(out);
                case 'E' -> complete(out);
                case 'S' -> ready(out);
                case 'Q' -> {
                    complete(out);
                    ready(out);
                }
                default -> {
                    // Nothing that would be answered.
                }
            }
        }
    }

    /** One column of text. */
    private static void describe(OutputStream out) throws IOException {
        send(out, 'T', body -> {
            body.writeShort(1);
            text(body, "nothing");
            body.writeInt(0);
            body.writeShort(0);
            body.writeInt(TEXT);
            body.writeShort(-1);
            body.writeInt(-1);
            body.writeShort(0);
        });
    }

    private static void complete(OutputStream out) throws IOException {
        send(out, 'C', body -> text(body, "SELECT 0"));
    }

    private static void ready(OutputStream out) throws IOException {
        send(out, 'Z', body -> body.writeByte('I'));
    }

    private interface Body {
        void write(DataOutputStream body) throws IOException;
    }

    private static void send(OutputStream out, char type, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        body.write(new DataOutputStream(bytes));
        DataOutputStream message = new DataOutputStream(out);
        message.writeByte(type);
        message.writeInt(Integer.BYTES + bytes.size());
        bytes.writeTo(message);
        message.flush();
    }

    private static void text(DataOutputStream body, String text) throws IOException {
        body.write(text.getBytes(StandardCharsets.UTF_8));
        body.writeByte(0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
