package org.workerd.worker.attempt;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    /** Not a channel: an interrupt of whoever prints would close that. */
    private @Nullable OutputStream file;

    private boolean open = true;
    private long sinceLook;

    OutputLines(Output output, Claim claim) {
        this.output = output;
        this.claim = claim;
    }

    /** An attempt of this number may have been here before, and was given back. */
    void begin() throws IOException {
        // Nearly never there; so it costs least.
        File file = output.file().toFile();
        if (!file.delete() && file.exists()) {
            throw new IOException("cannot remove " + file);
        }
    }

    /** A full disk costs the lines, not the job. */
    synchronized void print(String text) {
        try {
            if (open) {
                write(text.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException | UnixException failure) {
            open = false;
            JobLog.warn(claim, "its output can no longer be written: " + failure.getMessage());
        }
    }

    /** Something was printed. */
    synchronized boolean isThere() {
        return file != null;
    }

    private void write(byte[] bytes) throws IOException {
        OutputStream stream = file == null ? create() : file;
        file = stream;
        stream.write(bytes);
        sinceLook += bytes.length;
        if (sinceLook > LOOK) {
            sinceLook = 0;
            output.bound();
        }
    }

    private OutputStream create() throws IOException {
        Files.createDirectories(output.file().getParent());
        return new FileOutputStream(output.file().toFile(), true);
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
            JobLog.warn(claim, "its output could not be truncated: " + failure.getMessage());
        }
    }
}
