package org.workerd.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A disk that promises no more than POSIX: a file's content is on it after an fsync of the file, a name after an fsync
 * of its directory. Starts empty; what was there before is none of its business. Not thread-safe.
 */
public final class Disk {
    /** A name that now leads to this file, or, without one, to nothing; and the name that is gone for it. */
    private record Naming(long number, Path path, DiskFile file, Path gone) {
        void apply(Map<Path, DiskFile> names) {
            if (gone != null) {
                names.remove(gone);
            }
            if (file == null) {
                names.remove(path);
            } else {
                names.put(path, file);
            }
        }
    }

    /** What had changed when an fsync was entered. */
    private record Covered(DiskFile file, long changes, long namings) {}

    private final Predicate<Path> isSynced;
    private final Map<Path, DiskFile> shown = new TreeMap<>();
    private final Map<Path, DiskFile> synced = new TreeMap<>();
    private final Deque<Naming> unsynced = new ArrayDeque<>();
    private final Set<Path> made = new HashSet<>();
    private final Map<Call.Sync, Covered> syncing = new IdentityHashMap<>();
    private long namings;

    /** @param isSynced whether an fsync of this path does anything */
    public Disk(Predicate<Path> isSynced) {
        this.isSynced = isSynced;
    }

    Optional<DiskFile> file(Path path) {
        return Optional.ofNullable(shown.get(path));
    }

    void put(Path path, DiskFile file) {
        if (file.isDirectory) {
            made.add(path);
        }
        change(new Naming(++namings, path, file, null));
    }

    void remove(Path path) {
        if (shown.containsKey(path)) {
            change(new Naming(++namings, path, null, null));
        }
    }

    void rename(Path from, Path to) {
        DiskFile file = shown.get(from);
        if (file != null && file.isDirectory) {
            throw new IllegalStateException("a directory is renamed, which is not modelled: " + from);
        }
        if (file != null) {
            change(new Naming(++namings, to, file, from));
        }
    }

    private void change(Naming naming) {
        naming.apply(shown);
        unsynced.add(naming);
    }

    /** Of a directory that was there before, only the names in it matter. */
    void beginSync(Call.Sync sync) {
        DiskFile file = shown.get(sync.path());
        syncing.put(sync, new Covered(file, file == null ? 0 : file.changes(), namings));
    }

    void endSync(Call.Sync sync) {
        Covered covered = syncing.remove(sync);
        if (!isSynced.test(sync.path())) {
            return;
        }
        if (covered.file != null) {
            covered.file.sync(covered.changes);
        }
        unsynced.removeIf(naming -> {
            boolean isCovered = naming.number <= covered.namings && sync.path().equals(naming.path.getParent());
            if (isCovered) {
                naming.apply(synced);
            }
            return isCovered;
        });
    }

    /** What is found of {@code root} after a power cut now, written to another directory, of the wanted paths alone. */
    public void writeAfterCut(Path root, Path target, Fate fate, Random random, Predicate<Path> isWanted)
            throws IOException {
        Map<Path, DiskFile> names = new TreeMap<>(synced);
        for (Naming naming : unsynced) {
            if (fate == Fate.ALL || fate == Fate.SYNCED_AND_NAMES || fate == Fate.SOME && random.nextBoolean()) {
                naming.apply(names);
            }
        }
        for (Map.Entry<Path, DiskFile> name : names.entrySet()) {
            Path path = name.getKey();
            if (path.startsWith(root) && isWanted.test(path) && isReachable(path, names)) {
                write(target.resolve(root.relativize(path).toString()), name.getValue(), fate, random);
            }
        }
    }

    private boolean isReachable(Path path, Map<Path, DiskFile> names) {
        Path above = path.getParent();
        return above == null || (!made.contains(above) || names.containsKey(above)) && isReachable(above, names);
    }

    private static void write(Path target, DiskFile file, Fate fate, Random random) throws IOException {
        if (file.isDirectory) {
            Files.createDirectories(target);
        } else {
            Files.createDirectories(target.getParent());
            Files.write(target, file.afterCut(fate, random));
        }
    }
}
