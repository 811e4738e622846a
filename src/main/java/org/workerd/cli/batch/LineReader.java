package org.workerd.cli.batch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Utf8;

/** Lines of UTF-8 text, counted, none longer than a limit; in memory there is one at a time. For one thread. */
public final class LineReader {
    static final int LONGEST = 4 << 20;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;
    private byte[] line = new byte[1 << 12];
    private int length;
    private int number;

    public LineReader(InputStream in) {
        this.in = in;
    }

    /** Of the line that was read last, from 1. */
    public int number() {
        return number;
    }

    /**
     * The next line without its end; null: there is none.
     *
     * @throws IllegalArgumentException with a sentence, when it is too long or not text
     */
    public @Nullable String next() throws IOException {
        number++;
        length = 0;
        boolean any = false;
        int next = read();
        while (next >= 0 && next != '\n') {
            any = true;
            append((byte) next);
            next = read();
        }
        if (!any && next < 0) {
            return null;
        }
        String text =
                Utf8.decode(line, length).orElseThrow(() -> new IllegalArgumentException("the line is not UTF-8 text"));
        return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private int read() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(buffer));
        }
        return from == to ? -1 : buffer[from++] & 0xff;
    }

    private void append(byte octet) {
        if (length == LONGEST) {
            throw new IllegalArgumentException("the line is longer than 4 MiB");
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(LONGEST, 2 * length));
        }
        line[length++] = octet;
    }
}
