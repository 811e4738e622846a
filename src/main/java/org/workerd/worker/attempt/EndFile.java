package org.workerd.worker.attempt;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.workerd.unix.FileStat;
import org.workerd.unix.Posix;
import org.workerd.unix.ProcessInfo;

/**
 * Notes one after the other in a file, which is written from its start again when none of them is needed any more. It is
 * never synced: what a dead process wrote the kernel still has, and after another boot nobody believes it. Each note
 * carries a checksum of itself and of the file's key, so that neither half a note, nor what is left of an older one, nor
 * text of a job that looks like a note, is taken for one. Not thread-safe.
 */
final class EndFile {
    /**
     * So much is written through the memory, which with jobs in Java that do nothing saves a tenth of the CPU; what does
     * not fit is written behind it. More than that no file keeps once its notes are not needed.
     */
    private static final int MAPPED = 1 << 18;

    /** A result may have 1 MiB, and an error about as much. */
    private static final int LONGEST = 8 << 20;

    private static final int MODE = 0600;
    private static final int HEAD = 128;
    private static final String FORMAT = "workerd-ends format=1 boot=";
    private static final Path RANDOM = Path.of("/proc/sys/kernel/random/uuid");
    private static final int WRITABLE_BY_OTHERS = 0022;

    private final int descriptor;
    private final byte[] head;
    private final ByteBuffer memory;
    private long size = HEAD;
    private int needed;

    private EndFile(int descriptor, byte[] head, ByteBuffer memory) {
        this.descriptor = descriptor;
        this.head = head;
        this.memory = memory;
    }

    /** In a directory that exists. */
    static EndFile create(Path path) throws IOException {
        byte[] head = head(Files.readString(RANDOM).strip());
        int descriptor = Posix.open(path, Posix.READ_WRITE | Posix.CREATE | Posix.TRUNCATE | Posix.NO_FOLLOW, MODE);
        try {
            // All of it is on the disk before it is mapped: a page that finds no room is the end of a thread.
            Posix.writeAt(descriptor, 0, Arrays.copyOf(head, MAPPED));
            return new EndFile(descriptor, head, map(path));
        } catch (IOException | RuntimeException failure) {
            Posix.close(descriptor);
            throw failure;
        }
    }

    private static ByteBuffer map(Path path) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED);
        }
    }

    /** Of this boot. */
    private static byte[] head(String key) {
        String text = FORMAT + ProcessInfo.bootId() + " key=" + key;
        byte[] line = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), HEAD);
        line[HEAD - 1] = '\n';
        return line;
    }

    long size() {
        return size;
    }

    /** The note is needed until it is said to be not, see {@link #forget}. False: it is too long to be kept. */
    boolean append(byte[] note) {
        if (note.length > LONGEST) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + Integer.BYTES + note.length);
        bytes.putInt(note.length).putInt(checksum(head, note)).put(note);
        if (size + bytes.capacity() <= MAPPED) {
            memory.put((int) size, bytes.array());
        } else {
            Posix.writeAt(descriptor, size, bytes.array());
        }
        size += bytes.capacity();
        needed++;
        return true;
    }

    void forget() {
        needed--;
    }

    boolean isNeeded() {
        return needed > 0;
    }

    /** None of its notes is needed: the next one is the first again. */
    void restart() {
        if (size > MAPPED) {
            Posix.truncate(descriptor, MAPPED);
        }
        size = HEAD;
    }

    void close() {
        Posix.close(descriptor);
    }

    /** The notes that a dead process of our own user left in this boot, and what older ones may stand behind them. */
    static List<byte[]> read(Path path) throws IOException {
        if (!isOurs(path)) {
            return List.of();
        }
        List<byte[]> notes = new ArrayList<>();
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)))) {
            byte[] head = in.readNBytes(HEAD);
            if (isOfThisBoot(head)) {
                for (Optional<byte[]> note = next(in, head); note.isPresent(); note = next(in, head)) {
                    notes.add(note.get());
                }
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        return notes;
    }

    private static boolean isOurs(Path path) throws IOException {
        Optional<FileStat> file = FileStat.of(path);
        return file.isPresent()
                && file.get().isRegular()
                && file.get().user() == Posix.userId()
                && (file.get().permissions() & WRITABLE_BY_OTHERS) == 0;
    }

    private static boolean isOfThisBoot(byte[] head) {
        return new String(head, StandardCharsets.US_ASCII).startsWith(FORMAT + ProcessInfo.bootId() + " key=");
    }

    /** Empty: what follows is no whole note. */
    private static Optional<byte[]> next(DataInputStream in, byte[] head) throws IOException {
        try {
            int length = in.readInt();
            int checksum = in.readInt();
            if (length <= 0 || length > LONGEST) {
                return Optional.empty();
            }
            byte[] note = in.readNBytes(length);
            return note.length == length && checksum(head, note) == checksum ? Optional.of(note) : Optional.empty();
        } catch (EOFException end) {
            return Optional.empty();
        }
    }

    /** Starts from the key, which no job knows. */
    private static int checksum(byte[] head, byte[] note) {
        CRC32 sum = new CRC32();
        sum.update(head);
        sum.update(note);
        return (int) sum.getValue();
    }
}
