package org.workerd.daemon;

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
    static final String EXIT = "\0EXIT ";

    private final int descriptor;
    private boolean told;

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

    /** Up and at work. */
    void ready(long pid) {
        tell(READY + pid + "\n");
    }

    /** Not needed: another one is. */
    void running(long pid) {
        tell(RUNNING + pid + "\n");
    }

    /** It will not come up. */
    public void failed(int status) {
        tell(EXIT + status + "\n");
    }

    private void tell(String line) {
        if (told || !isDetached()) {
            return;
        }
        told = true;
        try {
            Posix.write(descriptor, line);
        } catch (UnixException launcherGone) {
            // Ctrl-C took the launcher; the daemon itself is well.
            told = true;
        } finally {
            Posix.close(descriptor);
        }
    }
}
