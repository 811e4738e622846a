package org.workerd.cli.top;

import java.time.Duration;

/**
 * What a person or the terminal wants, told from any thread. The viewer is interrupted only while it sleeps: elsewhere an
 * interrupt would close the file that it reads.
 */
final class Attention {
    private final Thread viewer = Thread.currentThread();
    private boolean sleeping;
    private boolean resized;
    private boolean over;

    /** Something that takes time, and may be cut short. */
    interface Sleep {
        void run() throws InterruptedException;
    }

    synchronized void resize() {
        resized = true;
        wake();
    }

    synchronized void end() {
        over = true;
        wake();
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Whether the size has changed since this was asked last. */
    synchronized boolean takeResize() {
        boolean was = resized;
        resized = false;
        return was;
    }

    /** For the viewer: the same for so long. */
    synchronized void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); left > 0 && !over && !resized; left = (end - System.nanoTime()) / 1_000_000) {
            try {
                wait(left);
            } catch (InterruptedException nobodyDoes) {
                throw new IllegalStateException("interrupted while awake", nobodyDoes);
            }
        }
    }

    /** For the viewer: sleeps until that is over, or somebody wants something. */
    void during(Sleep sleep) {
        if (!begin()) {
            return;
        }
        try {
            sleep.run();
        } catch (InterruptedException wanted) {
            // What is wanted is asked for next.
        } finally {
            stop();
        }
    }

    private synchronized boolean begin() {
        sleeping = !over && !resized;
        return sleeping;
    }

    private synchronized void stop() {
        sleeping = false;
        // It may have come when the sleep was over already.
        Thread.interrupted();
    }

    private void wake() {
        notifyAll();
        if (sleeping) {
            viewer.interrupt();
        }
    }
}
