package org.workerd.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workerd.config.Settings;
import org.workerd.store.JobView;
import org.workerd.worker.attempt.Output;
import org.workerd.worker.attempt.OutputFiles;
import org.workerd.worker.loop.OutputNews;

/**
 * Copies what an attempt printed, each time from where it left off. While the program runs, a file beyond the limit has
 * a hole in its middle; when it has ended, the middle is cut out and the file is shorter than it was. For one thread.
 */
public final class OutputTail {
    /** The daemon makes holes of whole blocks: a file may be so much larger and still have none. */
    private static final int BLOCK = 4096;

    private static final int CHUNK = 1 << 16;
    static final Pattern GAP = Pattern.compile("\\n\\[workerd: (\\d{1,18}) bytes left out here]\\n");
    static final int LONGEST_GAP = Output.gap(Long.MAX_VALUE).length();

    private final Path file;
    private final long limit;
    private final long half;
    private long position;
    private boolean cutOut;

    /** From the beginning of the file, of which the job keeps so much. */
    public OutputTail(Path file, long limit) {
        this.file = file;
        this.limit = limit;
        this.half = limit / 2;
    }

    /** Goes on where another one, of the same attempt, had got to. */
    public OutputTail from(long where) {
        position = where;
        return this;
    }

    /** Where it goes on. */
    public long position() {
        return position;
    }

    Path directory() {
        return file.resolveSibling("");
    }

    /** All there is by now; nothing of a file that is not there, for an attempt that printed nothing keeps none. */
    public void copyTo(OutputStream to) throws IOException {
        copyTo(to, Long.MAX_VALUE);
    }

    /** The same, but no more than about so many bytes at once. */
    public void copyTo(OutputStream to, long most) throws IOException {
        OutputFiles.read(file, from -> copy(from, to, most));
    }

    /** For the loop, from the beginning of the file. */
    public static OutputNews news(Path file, long limit) {
        OutputTail tail = new OutputTail(file, limit);
        return tail::copyTo;
    }

    /** Of an attempt of this job, from its beginning. */
    public static OutputTail of(Settings settings, JobView job, int attempt) {
        return new OutputTail(
                path(settings, job.id(), attempt),
                settings.policies().of(job.name()).outputLimit());
    }

    /** Where an attempt's output is, or will be. */
    public static Path path(Settings settings, long job, int attempt) {
        return Output.path(settings.directory().output(), job, attempt);
    }

    private void copy(FileChannel from, OutputStream to, long enough) throws IOException {
        noticeCut(from, to);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long begun = position;
        while (position < from.size() && position - begun < enough) {
            skipHole(from.size(), to);
            // The head ends at the half: a chunk must not reach into the hole.
            int most = (int) (position < half ? Math.min(CHUNK, half - position) : CHUNK);
            int count = from.read(chunk.clear().limit(most), position);
            // What was read may have become a hole in between: then look again what is left.
            if (count > 0 && !isGone(position, from.size())) {
                to.write(chunk.array(), 0, count);
                position += count;
            }
        }
    }

    /** The file became shorter: its middle was cut out, or the attempt began anew. */
    private void noticeCut(FileChannel from, OutputStream to) throws IOException {
        long length = from.size();
        if (position > half && !cutOut && length > 2 * half && length <= 2 * half + LONGEST_GAP) {
            ByteBuffer text = ByteBuffer.allocate((int) Math.min(LONGEST_GAP, length - half));
            while (text.hasRemaining() && from.read(text, half + text.position()) >= 0) {
                // Until all of it is here.
            }
            Matcher gap = GAP.matcher(new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1));
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
