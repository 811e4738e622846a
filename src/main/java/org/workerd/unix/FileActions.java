package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

import com.kenai.jffi.MemoryIO;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What posix_spawn is told of a program's descriptors and directory. Kept for the next program that needs the same, as
 * slots' programs do: for each step that is added glibc asks the kernel how many descriptors there may be, 10 µs for a
 * program. Lent to one at a time; thread-safe.
 */
final class FileActions implements AutoCloseable {
    private static final Libc INIT = Libc.bind("posix_spawn_file_actions_init", POINTER);
    private static final Libc DESTROY = Libc.bind("posix_spawn_file_actions_destroy", POINTER);
    private static final Libc ADD_OPEN = Libc.bind("posix_spawn_file_actions_addopen", POINTER, INT, POINTER, INT, INT);
    private static final Libc ADD_DUP2 = Libc.bind("posix_spawn_file_actions_adddup2", POINTER, INT, INT);
    private static final Libc ADD_CLOSE = Libc.bind("posix_spawn_file_actions_addclose", POINTER, INT);
    private static final Libc ADD_CLOSEFROM = Libc.bind("posix_spawn_file_actions_addclosefrom_np", POINTER, INT);
    private static final Libc ADD_CHDIR = Libc.bind("posix_spawn_file_actions_addchdir_np", POINTER, POINTER);

    private static final MemoryIO MEMORY = MemoryIO.getInstance();
    private static final int OUTPUT_MODE = 0640;
    /** More than glibc needs on any machine (80 bytes on x86_64). */
    private static final int STRUCT_SIZE = 512;

    private static final int MOST_KEPT = 64;
    /** The one that came back first goes first. */
    private static final Map<Steps, FileActions> KEPT = new LinkedHashMap<>();

    private final Steps steps;
    private final long struct;

    private FileActions(Steps steps) {
        this.steps = steps;
        this.struct = MEMORY.allocateMemory(STRUCT_SIZE, true);
        if (struct == 0) {
            throw new UnixException("cannot allocate memory", jnr.constants.platform.Errno.ENOMEM.intValue());
        }
        INIT.invoke(struct);
        try {
            steps.addTo(struct);
        } catch (UnixException failure) {
            free();
            throw failure;
        }
    }

    static FileActions of(List<Spawn.Descriptor> descriptors, Path directory) {
        Steps steps = new Steps(descriptors, directory);
        FileActions kept = take(steps);
        return kept == null ? new FileActions(steps) : kept;
    }

    private static @Nullable FileActions take(Steps steps) {
        synchronized (KEPT) {
            return KEPT.remove(steps);
        }
    }

    long address() {
        return struct;
    }

    /** Gives it back. */
    @Override
    public void close() {
        synchronized (KEPT) {
            FileActions twin = KEPT.put(steps, this);
            if (twin != null) {
                twin.free();
            }
            if (KEPT.size() > MOST_KEPT) {
                Iterator<FileActions> first = KEPT.values().iterator();
                first.next().free();
                first.remove();
            }
        }
    }

    private void free() {
        DESTROY.invoke(struct);
        MEMORY.freeMemory(struct);
    }

    private record Steps(List<Spawn.Descriptor> descriptors, Path directory) {
        void addTo(long actions) {
            Set<Integer> kept = new TreeSet<>(List.of(0, 1, 2));
            for (Spawn.Descriptor descriptor : descriptors) {
                kept.add(descriptor.target());
                if (descriptor instanceof Spawn.Open open) {
                    String path = open.path().toString();
                    added(ADD_OPEN.invoke(actions, open.target(), path, open.flags(), OUTPUT_MODE));
                } else if (descriptor instanceof Spawn.Copy copy) {
                    added(ADD_DUP2.invoke(actions, copy.source(), copy.target()));
                }
            }
            closeAllBut(kept, actions);
            added(ADD_CHDIR.invoke(actions, directory.toString()));
        }

        private static void added(int errno) {
            if (errno != 0) {
                throw new UnixException("cannot prepare the descriptors of a program", errno);
            }
        }

        /** Those between that are not open are no error. */
        private static void closeAllBut(Set<Integer> kept, long actions) {
            int next = 0;
            for (int target : kept) {
                for (; next < target; next++) {
                    added(ADD_CLOSE.invoke(actions, next));
                }
                next = target + 1;
            }
            added(ADD_CLOSEFROM.invoke(actions, next));
        }
    }
}
