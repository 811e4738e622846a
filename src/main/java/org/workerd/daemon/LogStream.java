package org.workerd.daemon;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongFunction;
import org.workerd.unix.Posix;

/**
 * Where the log's lines go. A line that cannot be written, for the disk is full or nobody reads, is lost and counted, and
 * the next one that can be written is preceded by a line that says so: nothing a log does may hold up the daemon. Used by
 * one thread at a time.
 */
final class LogStream extends OutputStream {
    /** A pipe takes so much as a whole, or has no room. */
    private static final int CHUNK = 4096;
    /** A reader that reads at all has made room by then. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final int descriptor;
    private final OutputStream out;
    private final LongFunction<byte[]> notice;
    private volatile boolean mayBlock;
    private long lost;
    private boolean torn;

    /** Writes to the descriptor, and as its notice what this makes of the number of lines that were lost. */
    LogStream(int descriptor, LongFunction<byte[]> notice) {
        this.descriptor = descriptor;
        this.out = new FileOutputStream(descriptor == 1 ? FileDescriptor.out : FileDescriptor.err);
        this.notice = notice;
    }

    /** The descriptor is, from now on, a pipe or a device whose reader may be slow, or a file. */
    void mayBlock(boolean may) {
        mayBlock = may;
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    /** One line, or a few that belong together. */
    @Override
    public void write(byte[] line, int from, int length) {
        if (lost > 0 && !(putEndOfTorn() && put(notice.apply(lost)))) {
            lost++;
            return;
        }
        lost = put(line, from, length) ? 0 : 1;
    }

    private boolean putEndOfTorn() {
        if (torn && put(new byte[] {'\n'})) {
            torn = false;
        }
        return !torn;
    }

    private boolean put(byte[] line) {
        return put(line, 0, line.length);
    }

    private boolean put(byte[] line, int from, int length) {
        try {
            for (int done = 0; done < length; done += CHUNK) {
                if (mayBlock && !hasRoom()) {
                    torn |= done > 0;
                    return false;
                }
                out.write(line, from + done, Math.min(CHUNK, length - done));
            }
            return true;
        } catch (IOException failure) {
            // A file may have taken a part.
            torn |= !mayBlock;
            return false;
        }
    }

    /** Once a reader was given up, it is not waited for again until it reads. */
    private boolean hasRoom() {
        return Posix.isWritable(lost > 0 ? 0 : (int) PATIENCE.toMillis(), descriptor);
    }
}
