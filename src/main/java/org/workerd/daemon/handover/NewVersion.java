package org.workerd.daemon.handover;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.Spawn;
import org.workerd.unix.UnixException;

/**
 * The version that is installed now, asked whether it can take over: run by its own launcher as it would be as a daemon,
 * from a thread of its own. Thread-safe.
 */
public final class NewVersion {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FAILED = 1;
    private static final String NO_THREAD =
            "workerd: cannot check the new version: the machine has no free threads\nTry again later";

    private final Path program;
    private final List<String> options;
    private final int format;
    private @Nullable Answer answer;
    /** The process that is asked; 0: none is, or nobody can have its number for sure. */
    private int asked;

    /**
     * Not asked yet.
     *
     * @param home of the installation
     * @param options those of the daemon's own command line, as {@code --config FILE run --log}
     * @param isGuarded the queue has a server, where somebody keeps the daemon's place meanwhile
     */
    public NewVersion(Path home, List<String> options, boolean isGuarded) {
        this.program = home.resolve("bin/workerd");
        this.options = List.copyOf(options);
        this.format = HandOverForm.format(isGuarded);
    }

    /**
     * Asks.
     *
     * @param answered run once {@link #answer} is there
     */
    public void ask(long daemon, Runnable answered) {
        synchronized (this) {
            answer = null;
        }
        Thread thread = new Thread(() -> given(daemon, answered), "restart-check");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError noThread) {
            give(new Answer.Unfit(FAILED, NO_THREAD), answered);
        }
    }

    /** Nobody wants to know any more. */
    public synchronized void cancel() {
        if (asked != 0) {
            Processes.signalGroup(asked, Processes.KILL);
        }
    }

    private synchronized void asks(int pid) {
        asked = pid;
    }

    public synchronized Optional<Answer> answer() {
        return Optional.ofNullable(answer);
    }

    private void given(long daemon, Runnable answered) {
        Answer given;
        try {
            given = check(daemon);
        } catch (UnixException | IllegalArgumentException failure) {
            given = new Answer.Unfit(FAILED, "workerd: cannot check the new version: " + failure.getMessage());
        }
        give(given, answered);
    }

    private void give(Answer given, Runnable answered) {
        synchronized (this) {
            answer = given;
        }
        answered.run();
    }

    private Answer check(long daemon) {
        int[] out = Posix.pipe();
        int[] err = Posix.pipe();
        try {
            int pid;
            try {
                pid = spawn(daemon, out[1], err[1]);
                asks(pid);
            } finally {
                Posix.close(out[1]);
                Posix.close(err[1]);
            }
            Heard heard = new Heard(out[0], err[0]);
            boolean inTime = heard.all(System.nanoTime() + PATIENCE.toNanos());
            if (!inTime) {
                Processes.signalGroup(pid, Processes.KILL);
            }
            asks(0);
            return judged(Processes.reap(pid), inTime, heard);
        } finally {
            Posix.close(out[0]);
            Posix.close(err[0]);
        }
    }

    private int spawn(long daemon, int out, int err) {
        List<String> arguments = new ArrayList<>();
        arguments.add(program.toString());
        arguments.addAll(options);
        arguments.addAll(List.of("--check", format + ":" + daemon));
        return new Spawn(
                        program,
                        arguments,
                        environment(System.getenv()),
                        // Its own is ours, even if it has been removed.
                        Path.of("/proc/self/cwd"),
                        Spawn.Group.PROCESS_GROUP,
                        List.of(Spawn.nullInput(0), new Spawn.Copy(1, out), new Spawn.Copy(2, err)))
                .start();
    }

    private static List<String> environment(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static Answer judged(Processes.End end, boolean inTime, Heard heard) {
        if (!inTime) {
            return new Answer.Unfit(
                    FAILED, "workerd: the new version gave no answer within " + PATIENCE.toSeconds() + " s");
        }
        if (end instanceof Processes.End.Exit exit && exit.code() == 0) {
            return AnswerForm.parse(heard.out.toByteArray());
        }
        String words = heard.err.toString(StandardCharsets.UTF_8).strip();
        String said =
                words.isEmpty() ? heard.out.toString(StandardCharsets.UTF_8).strip() : words;
        return new Answer.Unfit(
                end instanceof Processes.End.Exit exit ? exit.code() : FAILED,
                said.isEmpty() ? "workerd: the new version ended without a word" : said);
    }

    /** What is said on two pipes. */
    private static final class Heard {
        private final int[] pipes;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        Heard(int out, int err) {
            this.pipes = new int[] {out, err};
        }

        /** Until both have ended. False: that was not by then. */
        boolean all(long deadline) {
            int open = 2;
            while (open > 0) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                boolean[] ready = millis <= 0 ? new boolean[2] : Posix.await((int) millis, pipes);
                if (!ready[0] && !ready[1]) {
                    return false;
                }
                for (int i = 0; i < 2; i++) {
                    if (ready[i] && ends(i)) {
                        pipes[i] = -1;
                        open--;
                    }
                }
            }
            return true;
        }

        private boolean ends(int i) {
            byte[] bytes = Posix.read(pipes[i], 65_536);
            (i == 0 ? out : err).writeBytes(bytes);
            return bytes.length == 0;
        }
    }
}
