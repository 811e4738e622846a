package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

import com.kenai.jffi.MemoryIO;

/** What every spawned program begins with: default signals, none blocked. Made once, and never freed. */
final class SpawnAttributes {
    private static final Libc INIT = Libc.bind("posix_spawnattr_init", POINTER);
    private static final Libc SET_FLAGS = Libc.bind("posix_spawnattr_setflags", POINTER, INT);
    private static final Libc SET_MASK = Libc.bind("posix_spawnattr_setsigmask", POINTER, POINTER);
    private static final Libc SET_DEFAULTS = Libc.bind("posix_spawnattr_setsigdefault", POINTER, POINTER);

    private static final MemoryIO MEMORY = MemoryIO.getInstance();
    private static final int DEFAULT_SIGNALS = 0x04;
    private static final int EMPTY_MASK = 0x08;
    /** More than glibc needs on any machine (336 bytes on x86_64). */
    private static final int STRUCT_SIZE = 512;

    private static final int SIGNAL_SET_SIZE = 128;

    private static final long OF_GROUP = make(Spawn.Group.PROCESS_GROUP);
    private static final long OF_SESSION = make(Spawn.Group.SESSION);

    private SpawnAttributes() {}

    static long of(Spawn.Group group) {
        return group == Spawn.Group.SESSION ? OF_SESSION : OF_GROUP;
    }

    private static long make(Spawn.Group group) {
        long attributes = MEMORY.allocateMemory(STRUCT_SIZE, true);
        long signals = MEMORY.allocateMemory(SIGNAL_SET_SIZE, true);
        INIT.invoke(attributes);
        SET_FLAGS.invoke(attributes, group.flag | DEFAULT_SIGNALS | EMPTY_MASK);
        SET_MASK.invoke(attributes, signals);
        // Not sigfillset: it leaves out the two signals of glibc's own, which a spawned program would then ignore.
        MEMORY.putLong(signals, -1L);
        SET_DEFAULTS.invoke(attributes, signals);
        MEMORY.freeMemory(signals);
        return attributes;
    }
}
