package org.workerd.disk;

import java.nio.file.Path;

/** What a process asked of the file system. */
public sealed interface Call {
    /** What it is about, for a rename the new name. */
    Path path();

    /** It was asked for, and may have happened. */
    default void entered(Disk disk) {}

    /** It has happened, as every process sees it from now on; the disk may hear of it much later. */
    void returned(Disk disk);

    /** At the end of the file if {@code offset} is -1. */
    record Write(Path path, long offset, byte[] bytes) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.file(path).ifPresent(file -> file.write(offset, bytes));
        }
    }

    record Resize(Path path, long size) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.file(path).ifPresent(file -> file.resize(size));
        }
    }

    /** Opened in a way that makes the file if there is none. */
    record Open(Path path, boolean empties) implements Call {
        @Override
        public void returned(Disk disk) {
            DiskFile file = disk.file(path).orElse(null);
            if (file == null) {
                disk.put(path, new DiskFile(false));
            } else if (empties) {
                file.resize(0);
            }
        }
    }

    record MakeDirectory(Path path) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.put(path, new DiskFile(true));
        }
    }

    record Link(Path from, Path path) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.file(from).ifPresent(file -> disk.put(path, file));
        }
    }

    record Rename(Path from, Path path) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.rename(from, path);
        }
    }

    record Remove(Path path) implements Call {
        @Override
        public void returned(Disk disk) {
            disk.remove(path);
        }
    }

    /** Covers what had returned before it was entered. */
    record Sync(Path path) implements Call {
        @Override
        public void entered(Disk disk) {
            disk.beginSync(this);
        }

        @Override
        public void returned(Disk disk) {
            disk.endSync(this);
        }
    }
}
