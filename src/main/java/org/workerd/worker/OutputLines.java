package org.workerd.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.unix.UnixException;

/**
 * What an attempt in Java prints: the file is made with the first line, for most print none. Thread-safe; what comes
 * after the end is dropped.
 */
final class OutputLines implements AutoCloseable {
    private static final int LOOK = 1 << 16;

    private final Output output;
    private final Claim claim;
    private @Nullable FileChannel file;
    private boolean open = true;
    private long sinceLook;

    OutputLines(Output output, Claim claim) {
        this.output = output;
        this.claim = claim;
    }

    /** An attempt of this number may have been here before, and was given back. */
    void begin() throws IOException {
        Files.deleteIfExists(output.file());
    }

    /** A full disk costs the lines, not the job. */
    synchronized void print(String text) {
        try {
            if (open) {
                write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException | UnixException failure) {
            open = false;
            JobLog.warn(claim, "its output cannot be written any more: " + failure.getMessage());
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        FileChannel channel = file == null ? create() : file;
        file = channel;
        sinceLook += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        if (sinceLook > LOOK) {
            sinceLook = 0;
            output.bound();
        }
    }

    private FileChannel create() throws IOException {
        Files.createDirectories(output.file().getParent());
        return FileChannel.open(output.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void close() {
        open = false;
        try {
            if (file != null) {
                file.close();
                output.trim();
            }
        } catch (IOException failure) {
            JobLog.warn(claim, "its output could not be cut: " + failure.getMessage());
        }
    }
}
