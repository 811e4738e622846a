package org.workerd.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A way to a server that breaks at a COMMIT: before the server has it, or after, before its answer. Thread-safe. */
final class CommitCutter implements AutoCloseable {
    enum Cut {
        NONE,
        /** The server waits in an open transaction and is told nothing. */
        BEFORE_THE_COMMIT,
        BEFORE_THE_ANSWER
    }

    private static final Pattern PARSE = Pattern.compile("P[\\s\\S]{4}(S_[0-9]+)\0COMMIT\0");

    private final ServerSocket ours = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int server;
    private final List<Socket> ends = new ArrayList<>();
    private Cut next = Cut.NONE;

    private CommitCutter(int server) throws IOException {
        this.server = server;
    }

    static CommitCutter to(int port) throws IOException {
        CommitCutter cutter = new CommitCutter(port);
        begin(cutter::accept);
        return cutter;
    }

    int port() {
        return ours.getLocalPort();
    }

    /** The next COMMIT only. */
    synchronized void cutNext(Cut cut) {
        next = cut;
    }

    /** The COMMIT that was to be cut has come. */
    synchronized boolean hasCut() {
        return next == Cut.NONE;
    }

    private synchronized Cut take() {
        Cut taken = next;
        next = Cut.NONE;
        return taken;
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "commit cutter");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = ours.accept();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                synchronized (this) {
                    ends.add(client);
                    ends.add(there);
                }
                Line line = new Line(client, there);
                begin(line::ask);
                begin(line::answer);
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private final class Line {
        private final Socket client;
        private final Socket there;
        private String name = "";
        private volatile boolean cut;

        Line(Socket client, Socket there) {
            this.client = client;
            this.there = there;
        }

        private interface Chunk {
            boolean pass(byte[] bytes, int count) throws IOException;
        }

        void ask() {
            carry(client, there, (bytes, count) -> {
                Cut now = isCommit(new String(bytes, 0, count, StandardCharsets.ISO_8859_1)) ? take() : Cut.NONE;
                cut = now != Cut.NONE;
                if (now == Cut.BEFORE_THE_COMMIT) {
                    client.close();
                    return false;
                }
                return true;
            });
        }

        /** The driver prepares it like any other statement, and calls it by its name from then on. */
        private boolean isCommit(String text) {
            Matcher parsed = PARSE.matcher(text);
            if (parsed.find()) {
                name = parsed.group(1);
                return true;
            }
            return text.contains("COMMIT\0")
                    || (!name.isEmpty()
                            && Pattern.compile("B[\\s\\S]{4}\0" + name + "\0")
                                    .matcher(text)
                                    .find());
        }

        void answer() {
            carry(there, client, (bytes, count) -> {
                if (cut) {
                    client.close();
                    return false;
                }
                return true;
            });
        }

        private void carry(Socket from, Socket to, Chunk chunk) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] bytes = new byte[1 << 16];
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    if (!chunk.pass(bytes, count)) {
                        return;
                    }
                    out.write(bytes, 0, count);
                }
                to.close();
            } catch (IOException ended) {
                // So has the connection.
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        ours.close();
        for (Socket end : ends) {
            end.close();
        }
    }
}
