package org.workerd.http;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets Jetty serve a channel that is bound already, of TCP or of a unix socket: Jetty's own connectors bind one
 * themselves, and a place that is taken would have to be tried with all of Jetty. Counts its connections with others.
 */
final class ChannelConnector extends AbstractConnector {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelConnector.class);
    private static final long PAUSE = 1_000_000_000L;
    private static final long BETWEEN_WORDS = 60 * PAUSE;

    private final ServerSocketChannel channel;
    private final SelectorManager selectors;
    private final Connections connections;
    private long toldAt = System.nanoTime() - 2 * BETWEEN_WORDS;

    /**
     * Of a channel that it closes when it stops.
     *
     * @param connections those of all connectors of its kind
     */
    ChannelConnector(Server server, ServerSocketChannel channel, Connections connections, ConnectionFactory factory) {
        super(server, null, null, null, 1, factory);
        this.channel = channel;
        this.connections = connections;
        this.selectors = new Selectors(getExecutor(), getScheduler());
        installBean(selectors, true);
    }

    @Override
    protected void doStart() throws Exception {
        channel.configureBlocking(true);
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        // Whoever waits in accept learns of it so.
        channel.close();
        super.doStop();
    }

    /** Takes no more connections, and ends those that ask for nothing. Done when the last is closed. */
    CompletableFuture<Void> leave() {
        try {
            channel.close();
        } catch (IOException failure) {
            LOG.warn("http: while closing a port: {}", failure.getMessage());
        }
        setShutdownIdleTimeout(getIdleTimeout());
        CompletableFuture<Void> left = shutdown();
        connections.closeIdle(getConnectedEndPoints());
        return left;
    }

    /** Whether there will be no further request on this connection. */
    static boolean isLeaving(Request request) {
        return request.getConnectionMetaData().getConnector() instanceof ChannelConnector connector
                && connector.isShutdown();
    }

    @Override
    protected void accept(int acceptor) throws IOException {
        SocketChannel accepted = channel.accept();
        if (!connections.admit()) {
            accepted.close();
            return;
        }
        try {
            accepted.configureBlocking(false);
            if (!isUnix()) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
        } catch (IOException goneAgain) {
            connections.withdraw();
            accepted.close();
            return;
        }
        selectors.accept(accepted);
    }

    /** Out of descriptors, perhaps: the jobs may need them, and their end frees some. */
    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        if (!isRunning() || !channel.isOpen()) {
            return false;
        }
        if (System.nanoTime() - toldAt > BETWEEN_WORDS) {
            toldAt = System.nanoTime();
            LOG.warn("http: cannot accept a connection, tried again every second: {}", failure.getMessage());
        }
        LockSupport.parkNanos(PAUSE);
        return !Thread.interrupted();
    }

    /** Its connection is not idle until it is answered. */
    static void notice(Request request) {
        if (request.getConnectionMetaData().getConnector() instanceof ChannelConnector connector) {
            EndPoint end = end(request);
            connector.connections.asks(end);
            Request.addCompletionListener(request, failure -> connector.connections.answered(end));
        }
    }

    /** There is nothing more to be said there. */
    static void answered(Request request) {
        if (request.getConnectionMetaData().getConnector() instanceof ChannelConnector connector) {
            connector.connections.answered(end(request));
        }
    }

    private static EndPoint end(Request request) {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    @Override
    public Object getTransport() {
        return channel;
    }

    boolean isUnix() {
        return channel.supportedOptions().stream().noneMatch(StandardSocketOptions.SO_REUSEADDR::equals);
    }

    private final class Selectors extends SelectorManager {
        Selectors(Executor executor, Scheduler scheduler) {
            super(executor, scheduler, 1);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel accepted, ManagedSelector selector, SelectionKey key) {
            SocketChannelEndPoint end =
                    new SocketChannelEndPoint((SocketChannel) accepted, selector, key, getScheduler());
            end.setIdleTimeout(getIdleTimeout());
            return end;
        }

        @Override
        public Connection newConnection(SelectableChannel accepted, EndPoint end, Object attachment) {
            return Objects.requireNonNull(getDefaultConnectionFactory()).newConnection(ChannelConnector.this, end);
        }

        @Override
        protected void endPointOpened(EndPoint end) {
            connections.opened(end);
            super.endPointOpened(end);
            onEndPointOpened(end);
        }

        @Override
        protected void endPointClosed(EndPoint end) {
            connections.closed(end);
            onEndPointClosed(end);
            super.endPointClosed(end);
        }

        @Override
        protected void onAcceptFailed(SelectableChannel accepted, Throwable failure, Object attachment) {
            connections.withdraw();
            super.onAcceptFailed(accepted, failure, attachment);
        }
    }
}
