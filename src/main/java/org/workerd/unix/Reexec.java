package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.POINTER;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Another program in the place of this process, which keeps its number, its children and its locks. For one thread, which
 * becomes the only one; signals that it is to get arrive in the new program, once that unblocks them. The JVM itself
 * unblocks SIGQUIT, perhaps before it heeds it: a thread dump asked for meanwhile may be missing.
 */
public final class Reexec {
    private static final Libc EXECVE = Libc.bind("execve", POINTER, POINTER, POINTER);
    private static final Libc SIGMASK = Libc.bind("pthread_sigmask", INT, POINTER, POINTER);
    private static final int SET_MASK = 2;
    private static final int SIZE_OF_MASK = 128;
    private static final int FIRST = 3;

    private static final int HANGUP = 1;
    private static final int INTERRUPT = 2;
    private static final int QUIT = 3;
    private static final int USER_1 = 10;
    private static final int USER_2 = 12;
    private static final int ALARM = 14;
    private static final int TERMINATE = 15;
    private static final List<Integer> KEPT = List.of(HANGUP, INTERRUPT, QUIT, USER_1, USER_2, ALARM, TERMINATE);

    private final Path program;
    private final List<byte[]> arguments;
    private final List<byte[]> environment;

    /**
     * To be executed; nothing is done yet.
     *
     * @param arguments with the program's own name first
     * @param environment {@code NAME=value} each, all that it gets
     */
    public Reexec(Path program, List<String> arguments, List<String> environment) {
        this.program = program;
        this.arguments = arguments.stream().map(Libc::chars).toList();
        this.environment = environment.stream().map(Libc::chars).toList();
    }

    /** Loads what it takes: by the time of a restart other jars may stand where ours were. */
    public static void prepare() {
        try (NativeStrings memory = new NativeStrings(NativeStrings.sizeOf(List.of()))) {
            memory.strings(List.of());
        }
        SignalAction.of(TERMINATE);
    }

    /** In this thread, and those that it makes from now on, no signal is held back. */
    public static void releaseSignals() {
        mask(List.of());
    }

    /**
     * Executes it. Returns only when that did not come about; then all is as before.
     *
     * <p>Signals must be both blocked and ignored: what is only blocked is unblocked by a new JVM long before it has a
     * handler, which ends it; what is only ignored is lost. Linux keeps a signal that is blocked although it is ignored,
     * and the JVM leaves alone what it finds ignored.
     *
     * @param kept the descriptors that it gets besides the first three
     * @param wanted asked at the last moment
     * @throws UnixException why it could not be executed
     */
    public void execute(List<Integer> kept, BooleanSupplier wanted) {
        try (NativeStrings memory =
                new NativeStrings(NativeStrings.sizeOf(arguments) + NativeStrings.sizeOf(environment))) {
            long words = memory.strings(arguments);
            long variables = memory.strings(environment);
            mask(KEPT);
            // The JDK's own are inherited by whoever is executed.
            Posix.closeAllOnExec(FIRST);
            kept.forEach(Posix::keepOnExec);
            try {
                if (wanted.getAsBoolean()) {
                    execute(words, variables);
                }
            } finally {
                kept.forEach(Posix::closeOnExec);
                releaseSignals();
            }
        }
    }

    private void execute(long words, long variables) {
        List<SignalAction> before = KEPT.stream().map(SignalAction::of).toList();
        try {
            KEPT.forEach(Processes::ignore);
            EXECVE.call("cannot execute " + program, program.toString(), words, variables);
        } finally {
            // The default in between, for a moment only, would let one that comes then end us.
            before.forEach(SignalAction::restore);
        }
    }

    private static void mask(List<Integer> signals) {
        byte[] set = new byte[SIZE_OF_MASK];
        for (int signal : signals) {
            set[(signal - 1) / 8] |= (byte) (1 << (signal - 1) % 8);
        }
        SIGMASK.invoke(SET_MASK, set, 0L);
    }
}
