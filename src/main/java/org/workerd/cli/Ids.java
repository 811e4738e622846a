package org.workerd.cli;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/** Many ids in little memory, and whether each is that of a job which was stored just now. Not thread-safe. */
final class Ids {
    /** The id; negative where a job with the same key was there already. */
    private long[] ids = new long[16];

    private int count;

    void add(long id, boolean stored) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = stored ? id : -id;
    }

    int count() {
        return count;
    }

    long id(int index) {
        return Math.abs(ids[index]);
    }

    boolean isStored(int index) {
        return ids[index] > 0;
    }

    PrimitiveIterator.OfLong iterator() {
        return LongStream.of(ids).limit(count).map(Math::abs).iterator();
    }
}
