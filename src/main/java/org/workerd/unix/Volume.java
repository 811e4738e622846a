package org.workerd.unix;

import static org.workerd.unix.Libc.POINTER;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * How much room there is on the file system that a file is on, for users other than root. Java tells of bytes alone, and of
 * nothing in a chroot, where it may not find the file system among those that are mounted.
 *
 * @param files how many more there may ever be; 0 where the file system has no such limit
 */
public record Volume(long bytes, long freeBytes, long files, long freeFiles, boolean isReadOnly) {
    private static final Libc STATVFS = Libc.bind("statvfs", POINTER, POINTER);
    /** Of the struct, on every 64-bit Linux: sizes, counts of blocks, counts of files, each an unsigned long. */
    private static final int SIZE = 256;

    private static final int FRAGMENT_SIZE = 8;
    private static final int BLOCKS = 16;
    private static final int BLOCKS_AVAILABLE = 32;
    private static final int FILES = 40;
    private static final int FILES_AVAILABLE = 56;
    private static final int FLAGS = 72;
    private static final long READ_ONLY = 1;

    /**
     * Asked now.
     *
     * @throws UnixException when there is no such file
     */
    public static Volume of(Path path) {
        byte[] struct = new byte[SIZE];
        STATVFS.call("cannot ask for the room at " + path, path.toString(), struct);
        ByteBuffer fields = ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder());
        long unit = fields.getLong(FRAGMENT_SIZE);
        return new Volume(
                fields.getLong(BLOCKS) * unit,
                fields.getLong(BLOCKS_AVAILABLE) * unit,
                fields.getLong(FILES),
                fields.getLong(FILES_AVAILABLE),
                (fields.getLong(FLAGS) & READ_ONLY) != 0);
    }
}
