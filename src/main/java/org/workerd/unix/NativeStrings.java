package org.workerd.unix;

import com.kenai.jffi.MemoryIO;
import java.util.List;

/**
 * Arrays of C strings outside the heap that live as long as one call: in one block, for a block costs more than what is
 * in it. For one thread.
 */
final class NativeStrings implements AutoCloseable {
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private final long block;
    private long next;

    NativeStrings(int size) {
        block = MEMORY.allocateMemory(size, true);
        if (block == 0) {
            throw new UnixException("cannot allocate memory", jnr.constants.platform.Errno.ENOMEM.intValue());
        }
        next = block;
    }

    long zeroed(int size) {
        long at = next;
        next += aligned(size);
        return at;
    }

    /** A NULL-terminated array of C strings. */
    long strings(List<byte[]> texts) {
        long array = zeroed((texts.size() + 1) * Long.BYTES);
        for (int i = 0; i < texts.size(); i++) {
            byte[] chars = texts.get(i);
            long copy = zeroed(chars.length);
            MEMORY.putByteArray(copy, chars, 0, chars.length);
            MEMORY.putAddress(array + (long) i * Long.BYTES, copy);
        }
        return array;
    }

    static int sizeOf(List<byte[]> texts) {
        return (texts.size() + 1) * Long.BYTES
                + texts.stream().mapToInt(chars -> aligned(chars.length)).sum();
    }

    private static int aligned(int size) {
        return (size + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    @Override
    public void close() {
        MEMORY.freeMemory(block);
    }
}
