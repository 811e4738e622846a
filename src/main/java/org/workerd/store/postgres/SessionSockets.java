package org.workerd.store.postgres;

import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes the sockets of sessions, and remembers for each thread the last one: its own port is not what the server sees when
 * something stands between. Made by the driver, by its name; thread-safe.
 */
public final class SessionSockets extends SocketFactory {
    private static final ThreadLocal<Socket> LAST = new ThreadLocal<>();

    /** Of the socket that this thread connected last; 0: it has none. */
    static int lastPort() {
        Socket last = LAST.get();
        return last == null ? 0 : last.getLocalPort();
    }

    @Override
    public Socket createSocket() {
        Socket socket = new Socket();
        LAST.set(socket);
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress ours, int ourPort) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress ours, int ourPort) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }
}
