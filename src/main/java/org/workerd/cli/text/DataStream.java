package org.workerd.cli.text;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Stdout, remembering why it could not be written to, which a PrintStream forgets. Not thread-safe. */
final class DataStream extends FilterOutputStream {
    private boolean readerGone;

    DataStream(OutputStream out) {
        super(out);
    }

    /** The other end of the pipe is closed. */
    boolean isReaderGone() {
        return readerGone;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException failure) {
            // EPIPE as Java has it; the launcher sees to it that it is in English.
            readerGone |= "Broken pipe".equals(failure.getMessage());
            throw failure;
        }
    }
}
