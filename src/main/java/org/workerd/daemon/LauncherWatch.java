package org.workerd.daemon;

import org.workerd.job.Allowed;
import org.workerd.unix.Posix;

/**
 * A thread that ends the process when its launcher ends: the pipe between them has no reader then. Starts once, stops
 * twice.
 */
final class LauncherWatch implements AutoCloseable {
    private final int pipe;
    private final Runnable cleanUp;
    private final int stop = Posix.event();
    private boolean open = true;
    private final Thread thread = new Thread(this::watch, "launcher");

    LauncherWatch(int pipe, Runnable cleanUp) {
        this.pipe = pipe;
        this.cleanUp = cleanUp;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        boolean[] woke = Posix.await(-1, stop, pipe);
        if (!woke[0]) {
            cleanUp.run();
            end();
        }
    }

    @Allowed("the main thread may wait for a lock or a disk: nothing that it would put in order is there yet")
    private static void end() {
        Runtime.getRuntime().halt(1);
    }

    /** Returns when the thread has ended; from then on the process does not end by it. */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        Posix.signalEvent(stop);
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        Posix.close(stop);
    }
}
