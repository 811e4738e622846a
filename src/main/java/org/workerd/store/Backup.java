package org.workerd.store;

import java.io.IOException;

/** A copy of a queue as it is at one moment, while others write to it. For one thread. */
public interface Backup extends AutoCloseable {
    /**
     * Writes the copy, checks it, and has the disk keep it; under a name of its own, beside the one that it shall get.
     *
     * @throws StoreException also when the queue is damaged, or the disk is full
     */
    void write();

    /**
     * Gives it its name.
     *
     * @throws java.nio.file.FileAlreadyExistsException there is something of this name, which stays as it is
     */
    void publish() throws IOException;

    /** How many bytes it has. */
    long size() throws IOException;

    /** What was not published goes. From any thread. */
    @Override
    void close() throws IOException;
}
