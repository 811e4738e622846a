package org.workerd.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.workerd.worker.Output;

/**
 * Copies what an attempt printed, each time from where it left off. While the program runs, a file beyond the limit has
 * a hole in its middle; when it has ended, the middle is cut out and the file is shorter than it was. For one thread.
 */
final class OutputTail {
    /** The daemon makes holes of whole blocks: a file may be so much larger and still have none. */
    private static final int BLOCK = 4096;

    private static final int CHUNK = 1 << 16;
    private static final Pattern GAP = Pattern.compile("\\n\\[workerd: (\\d{1,18}) bytes left out here]\\n");
    private static final int LONGEST_GAP = Output.gap(Long.MAX_VALUE).length();

    private final Path file;
    private final long limit;
    private final long half;
    private long position;
    private boolean cutOut;

    OutputTail(Path file, long limit) {
        this.file = file;
        this.limit = limit;
        this.half = limit / 2;
    }

    /** All there is by now. */
    void copyTo(OutputStream to) throws IOException {
        try (RandomAccessFile from = opened()) {
            if (from == null) {
                return;
            }
            noticeCut(from, to);
            byte[] chunk = new byte[CHUNK];
            while (position < from.length()) {
                skipHole(from.length(), to);
                from.seek(position);
                // The head ends at the half: a chunk must not reach into the hole.
                int most = (int) (position < half ? Math.min(CHUNK, half - position) : CHUNK);
                int count = from.read(chunk, 0, most);
                // What was read may have become a hole in between: then look again what is left.
                if (count > 0 && !isGone(position, from.length())) {
                    to.write(chunk, 0, count);
                    position += count;
                }
            }
        }
    }

    /** Null: it is not there, or no more; an attempt that printed nothing keeps none. */
    private @Nullable RandomAccessFile opened() throws IOException {
        try {
            return new RandomAccessFile(file.toFile(), "r");
        } catch (FileNotFoundException failure) {
            // Java says the same of one that we may not read.
            if (Files.exists(file)) {
                throw failure;
            }
            return null;
        }
    }

    /** The file became shorter: its middle was cut out, or the attempt began anew. */
    private void noticeCut(RandomAccessFile from, OutputStream to) throws IOException {
        long length = from.length();
        if (position > half && !cutOut && length > 2 * half && length <= 2 * half + LONGEST_GAP) {
            from.seek(half);
            byte[] text = new byte[(int) Math.min(LONGEST_GAP, length - half)];
            from.readFully(text);
            Matcher gap = GAP.matcher(new String(text, StandardCharsets.ISO_8859_1));
            if (gap.lookingAt()) {
                cutOut = true;
                long missed = 2 * half + Long.parseLong(gap.group(1)) - position;
                leaveOut(missed - half, to);
                position = length - Math.max(0, Math.min(half, missed));
            }
        }
        if (length < position) {
            position = 0;
            cutOut = false;
        }
    }

    private void skipHole(long length, OutputStream to) throws IOException {
        if (position < half || !isGone(position, length)) {
            return;
        }
        leaveOut(length - half - position, to);
        position = length - half;
    }

    /** Head and tail are kept; what is between them may be a hole. */
    private boolean isGone(long offset, long length) {
        return length > limit + BLOCK && offset >= half && offset < length - half;
    }

    private static void leaveOut(long bytes, OutputStream to) throws IOException {
        if (bytes > 0) {
            byte[] gap = Output.gap(bytes).getBytes(StandardCharsets.UTF_8);
            to.write(gap);
        }
    }
}
