package org.workerd.disk;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;

/** A file or directory of a {@link Disk}: what is surely on it of its content, and what came later. */
final class DiskFile {
    private static final int SECTOR = 512;

    /** Bytes at a place, or, without bytes, another size. */
    private record Change(long number, long offset, byte[] bytes) {
        boolean isSize() {
            return bytes == null;
        }
    }

    final boolean isDirectory;
    private final Deque<Change> unsynced = new ArrayDeque<>();
    private byte[] synced = {};
    private long size;
    private long changes;

    DiskFile(boolean isDirectory) {
        this.isDirectory = isDirectory;
    }

    void write(long offset, byte[] bytes) {
        long at = offset == -1 ? size : offset;
        unsynced.add(new Change(++changes, at, bytes));
        size = Math.max(size, at + bytes.length);
    }

    void resize(long to) {
        unsynced.add(new Change(++changes, to, null));
        size = to;
    }

    /** A number for {@link #sync}: all up to now. */
    long changes() {
        return changes;
    }

    void sync(long upTo) {
        while (!unsynced.isEmpty() && unsynced.getFirst().number <= upTo) {
            synced = with(synced, unsynced.removeFirst());
        }
    }

    byte[] afterCut(Fate fate, Random random) {
        byte[] content = synced.clone();
        if (fate == Fate.SYNCED || fate == Fate.SYNCED_AND_NAMES) {
            return content;
        }
        for (Change change : unsynced) {
            if (fate == Fate.ALL || random.nextInt(4) < 2) {
                content = with(content, change);
            } else if (!change.isSize() && random.nextBoolean()) {
                content = torn(content, change, random);
            }
        }
        return content;
    }

    private static byte[] with(byte[] content, Change change) {
        if (change.isSize()) {
            return Arrays.copyOf(content, Math.toIntExact(change.offset));
        }
        return with(content, change, 0, change.bytes.length);
    }

    private static byte[] with(byte[] content, Change change, int from, int to) {
        int at = Math.toIntExact(change.offset);
        byte[] longer = content.length < at + to ? Arrays.copyOf(content, at + to) : content;
        System.arraycopy(change.bytes, from, longer, at + from, to - from);
        return longer;
    }

    /** Each sector of the disk is written as a whole or not at all, in any order. */
    private static byte[] torn(byte[] content, Change change, Random random) {
        byte[] result = content;
        int from = 0;
        while (from < change.bytes.length) {
            int to = (int) Math.min(change.bytes.length, from + SECTOR - (change.offset + from) % SECTOR);
            if (random.nextBoolean()) {
                result = with(result, change, from, to);
            }
            from = to;
        }
        return result;
    }
}
