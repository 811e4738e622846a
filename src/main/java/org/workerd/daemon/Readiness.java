package org.workerd.daemon;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * The daemon's end of the pipe to its launcher. Until the daemon is ready its stderr goes there too, so that its own
 * words reach whoever started it; lines that begin with NUL are for the launcher itself.
 */
public final class Readiness {
    static final String READY = "\0READY ";
    static final String RUNNING = "\0RUNNING ";
    static final String NOTE = "\0NOTE ";
    static final String EXIT = "\0EXIT ";

    private final int descriptor;
    private boolean told;
    private @Nullable LauncherWatch watch;

    /**
     * The pipe's end.
     *
     * @param descriptor null in the foreground, where nobody waits
     */
    public Readiness(@Nullable Integer descriptor) {
        this.descriptor = descriptor == null ? -1 : descriptor;
        if (descriptor != null) {
            Posix.closeOnExec(descriptor);
        }
    }

    public boolean isDetached() {
        return descriptor >= 0;
    }

    /**
     * From now on the process ends when its launcher does: an aborted start leaves nothing.
     *
     * @param cleanUp what to do before, in another thread
     */
    void endWithLauncher(Runnable cleanUp) {
        if (isDetached()) {
            watch = new LauncherWatch(descriptor, cleanUp);
            watch.start();
        }
    }

    /** The process has more to put in order now than {@link #endWithLauncher} would: {@link #ready} tells. */
    void stopWatching() {
        if (watch != null) {
            watch.close();
        }
    }

    /** Up and at work; with what whoever started us should know. False: the launcher is gone, whoever started us wants no daemon any more. */
    boolean ready(long pid, List<String> notes) {
        return tell(notes.stream().map(note -> NOTE + note + "\n").collect(Collectors.joining()) + READY + pid + "\n");
    }

    /** Not needed: another one is, and people may know which. */
    void running(String whom) {
        tell(RUNNING + whom + "\n");
    }

    /** It will not come up. */
    public void failed(int status) {
        tell(EXIT + status + "\n");
    }

    private boolean tell(String line) {
        if (told || !isDetached()) {
            return true;
        }
        told = true;
        stopWatching();
        try {
            Posix.write(descriptor, line);
            return true;
        } catch (UnixException launcherGone) {
            return false;
        } finally {
            Posix.close(descriptor);
        }
    }
}
