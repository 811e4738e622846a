package org.workerd.cli.text;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Many ids in little memory, and whether each is that of a job which was stored just now. Not thread-safe. */
public final class Ids {
    /** The id; negative where a job with the same key was there already. */
    private long[] ids = new long[16];

    private int count;

    public void add(long id, boolean stored) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = stored ? id : -id;
    }

    public int count() {
        return count;
    }

    public long id(int index) {
        return Math.abs(ids[index]);
    }

    public boolean isStored(int index) {
        return ids[index] > 0;
    }

    /** What became of the jobs, in words: {@code jobs 17 to 36 are stored}. */
    public String summary() {
        if (count == 1) {
            return "job " + id(0) + (isStored(0) ? " is stored" : " had this key already; nothing new is stored");
        }
        long[] stored = LongStream.of(ids).limit(count).filter(id -> id > 0).toArray();
        if (stored.length == 0) {
            return "nothing new is stored";
        }
        long first = stored[0];
        long last = stored[stored.length - 1];
        return last - first == stored.length - 1
                ? "jobs " + first + " to " + last + " are stored"
                : stored.length + " jobs from " + first + " to " + last + " are stored";
    }
}
