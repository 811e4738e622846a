package org.workerd.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Closes a connection lingeringly after an answer that was given before all of the body had come. Jetty closes it at once;
 * then the kernel resets it, and a client that is sending still may never see its answer. So what comes is read and thrown
 * away until the client closes, too. Meanwhile the connection counts as idle, and is closed like an idle one. Jetty calls
 * it in one thread at a time.
 */
final class Lingering extends HttpStream.Wrapper {
    private final Request request;
    private volatile boolean isAnswered;

    private Lingering(Request request, HttpStream stream) {
        super(stream);
        this.request = request;
    }

    /** Has the connection linger after this request, if need be. */
    static void after(Request request) {
        request.addHttpStreamWrapper(stream -> new Lingering(Request.unWrap(request), stream));
    }

    @Override
    public void send(
            MetaData.Request asked, MetaData.Response answer, boolean last, ByteBuffer content, Callback callback) {
        Callback noted = Callback.from(
                callback.getInvocationType(),
                () -> {
                    isAnswered = last;
                    callback.succeeded();
                },
                callback::failed);
        super.send(asked, answer, last, content, noted);
    }

    @Override
    public void succeeded() {
        if (!request.getConnectionMetaData().isPersistent()) {
            linger();
        }
        super.succeeded();
    }

    /** To Jetty it is a failure that not all was read. */
    @Override
    public void failed(Throwable failure) {
        if (isAnswered) {
            linger();
            super.succeeded();
        } else {
            super.failed(failure);
        }
    }

    private void linger() {
        EndPoint end = request.getConnectionMetaData().getConnection().getEndPoint();
        Executor executor = request.getComponents().getExecutor();
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, new Discarding(end, executor));
    }

    /** Tells the client that no more comes, and reads and discards what it still sends, until it closes or sent too much. */
    private static final class Discarding extends AbstractConnection implements Connection.UpgradeTo {
        private static final int PIECE = 16 << 10;
        private static final long MOST = 64L << 20;

        private long thrownAway;

        Discarding(EndPoint end, Executor executor) {
            super(end, executor);
        }

        @Override
        public void onUpgradeTo(ByteBuffer readAlready) {
            // It is thrown away like the rest.
        }

        @Override
        public void onOpen() {
            super.onOpen();
            getEndPoint().shutdownOutput();
            fillInterested();
        }

        @Override
        public void onFillable() {
            ByteBuffer piece = BufferUtil.allocate(PIECE);
            try {
                int filled = getEndPoint().fill(piece);
                thrownAway += Math.max(0, filled);
                if (filled >= 0 && thrownAway <= MOST) {
                    fillInterested();
                } else {
                    close();
                }
            } catch (IOException gone) {
                close();
            }
        }
    }
}
