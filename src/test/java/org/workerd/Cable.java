package org.workerd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A way to a server on this machine that can be cut: then nothing arrives, and nobody is told. Thread-safe. */
public final class Cable implements AutoCloseable {
    private final ServerSocket ours;
    private final int server;
    private final List<Socket> ends = new ArrayList<>();
    private boolean cut;

    private Cable(ServerSocket ours, int server) {
        this.ours = ours;
        this.server = server;
    }

    public static Cable to(int port) throws IOException {
        Cable cable = new Cable(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        cable.begin(cable::accept);
        return cable;
    }

    public int port() {
        return ours.getLocalPort();
    }

    public synchronized void cut() {
        cut = true;
    }

    /** The server gives up the connections that it hears nothing of. */
    public synchronized void dropAtTheServer() throws IOException {
        for (Socket end : ends) {
            if (end.getPort() == server) {
                end.close();
            }
        }
    }

    public synchronized void mend() {
        cut = false;
        notifyAll();
    }

    private void begin(Runnable work) {
        Thread thread = new Thread(work, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = ours.accept();
                awaitWhole();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                synchronized (this) {
                    ends.add(client);
                    ends.add(there);
                }
                begin(() -> carry(client, there));
                begin(() -> carry(there, client));
            }
        } catch (IOException | InterruptedException closed) {
            // The test is over.
        }
    }

    private void carry(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[1 << 14];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                awaitWhole();
                out.write(bytes, 0, count);
            }
        } catch (IOException | InterruptedException ended) {
            // So has the connection.
        }
    }

    private synchronized void awaitWhole() throws InterruptedException {
        while (cut) {
            wait();
        }
    }

    @Override
    public void close() throws IOException {
        mend();
        ours.close();
        synchronized (this) {
            for (Socket end : ends) {
                end.close();
            }
        }
    }
}
