package org.workerd.unix;

import static org.workerd.unix.Libc.POINTER;

import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.OpenFlags;

/**
 * A program to be started: with the descriptors named here and no other (0 to 2, where not named, are ours), signals at
 * their defaults and none blocked, its own process group or session. Never fork() in a JVM: the child would hang at its first garbage collection.
 *
 * @param arguments with the program's own name first
 * @param environment {@code NAME=value} each, all that it gets
 * @param descriptors done in this order
 */
public record Spawn(
        Path program,
        List<String> arguments,
        List<String> environment,
        Path directory,
        Group group,
        List<Descriptor> descriptors) {

    /** What the program is made the leader of. */
    public enum Group {
        PROCESS_GROUP(0x02),
        SESSION(0x80);

        final int flag;

        Group(int flag) {
            this.flag = flag;
        }
    }

    /** One descriptor of the program. */
    public sealed interface Descriptor {
        int target();
    }

    /** The file is opened in the child. */
    public record Open(int target, Path path, int flags) implements Descriptor {}

    /** A copy of one of ours, or of one named before. */
    public record Copy(int target, int source) implements Descriptor {}

    private static final Libc POSIX_SPAWN =
            Libc.bind("posix_spawn", POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);

    public Spawn {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        descriptors = List.copyOf(descriptors);
    }

    public static Open nullInput(int target) {
        return new Open(target, Path.of("/dev/null"), OpenFlags.O_RDWR.intValue());
    }

    /**
     * Starts it.
     *
     * @return its process id; nobody else will wait for it
     * @throws UnixException when it could not be started, also when the kernel could not execute the file
     */
    public int start() {
        List<byte[]> words = arguments.stream().map(Libc::chars).toList();
        List<byte[]> variables = environment.stream().map(Libc::chars).toList();
        try (NativeStrings memory = new NativeStrings(NativeStrings.sizeOf(words) + NativeStrings.sizeOf(variables));
                FileActions actions = FileActions.of(descriptors, directory)) {
            return spawn(actions.address(), memory.strings(words), memory.strings(variables));
        }
    }

    private int spawn(long actions, long words, long variables) {
        int[] pid = new int[1];
        int errno = POSIX_SPAWN.invoke(pid, program.toString(), actions, SpawnAttributes.of(group), words, variables);
        if (errno != 0) {
            throw new UnixException("cannot start " + program, errno);
        }
        Processes.started(pid[0]);
        return pid[0];
    }
}
