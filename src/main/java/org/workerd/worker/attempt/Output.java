package org.workerd.worker.attempt;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.workerd.unix.Posix;

/**
 * What one attempt printed, in a file that the program writes to by itself: through a pipe, a grandchild that keeps it
 * open would hang us. When it grows too large, its middle is given back to the file system while the program goes on
 * writing, and cut out at the end; head and tail stay. For one thread.
 */
public final class Output {
    private static final int BLOCK = 4096;
    private static final int THOUSAND = 1000;

    private final Path file;
    private final long limit;
    private long size;
    private long holeEnd;

    Output(Path file, long limit) {
        this.file = file;
        this.limit = limit;
        this.holeEnd = roundedUp(limit / 2);
    }

    /** The output of an attempt: a thousand jobs to a directory. */
    public static Path path(Path directory, long job, int attempt) {
        return directory.resolve(Long.toString(job / THOUSAND)).resolve(job + "." + attempt + ".log");
    }

    /** Only jobs with lower ids than this one print into that directory. */
    static boolean isBefore(Path thousand, long job) {
        String name = String.valueOf(thousand.getFileName());
        return name.matches("[0-9]{1,16}") && Long.parseLong(name) < job / THOUSAND;
    }

    Path file() {
        return file;
    }

    /** True: it has grown since the last look. */
    boolean bound() throws IOException {
        long before = size;
        size = file.toFile().length();
        long end = (size - limit / 2) / BLOCK * BLOCK;
        if (size > limit + BLOCK && end > holeEnd) {
            int descriptor = Posix.open(file, Posix.READ_WRITE, 0);
            try {
                Posix.punchHole(descriptor, holeEnd, end - holeEnd);
                holeEnd = end;
            } finally {
                Posix.close(descriptor);
            }
        }
        return size > before;
    }

    /** Nothing was printed so far. */
    boolean isEmpty() {
        return file.toFile().length() == 0;
    }

    /** The program has ended: keeps head and tail, and says between them how much is missing; of nothing, nothing. */
    void trim() throws IOException {
        long length = file.toFile().length();
        if (length == 0 && !file.toFile().delete()) {
            Files.deleteIfExists(file);
        }
        if (length <= limit) {
            return;
        }
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            long half = limit / 2;
            byte[] tail = new byte[(int) half];
            whole.seek(whole.length() - half);
            whole.readFully(tail);
            byte[] gap = gap(whole.length() - 2 * half).getBytes(StandardCharsets.UTF_8);
            whole.seek(half);
            whole.write(gap);
            whole.write(tail);
            whole.setLength(2 * half + gap.length);
        }
    }

    /** Stands where the middle was. */
    public static String gap(long bytes) {
        return "\n[workerd: " + bytes + " bytes left out here]\n";
    }

    private static long roundedUp(long offset) {
        return (offset + BLOCK - 1) / BLOCK * BLOCK;
    }
}
