package org.workerd.store;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a job prints on whatever machine runs it, as it comes, for as long as somebody asks: nothing is kept or sent for
 * who does not. For one thread.
 */
public interface OutputFeed extends AutoCloseable {
    /** What an attempt printed since the last. */
    record Piece(int attempt, ByteBuffer text) {}

    /**
     * What has come.
     *
     * @param anew nobody asked for so long that the feed was given up: what comes begins with the begin of the attempt
     *     that runs, as at first
     * @param pieces in their order
     */
    record News(boolean anew, List<Piece> pieces) {}

    /**
     * What has come since the last call; to be called at least once a second.
     *
     * @throws StoreException when the queue cannot be asked
     */
    News news();

    @Override
    void close();
}
