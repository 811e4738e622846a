package org.workerd.cli.top;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.workerd.cli.text.Terminal;
import sun.misc.Signal;

/**
 * A terminal of which the keys come at once and unseen, as long as this is open; whatever ends the process but a KILL, it
 * is as before afterwards. {@code sun.misc.Signal} is the only way to learn of another size.
 */
final class RawTerminal implements AutoCloseable {
    private final Screen screen;
    private final Attention attention;
    private final Thread restorer = new Thread(this::restore, "terminal");
    private String before = "";

    RawTerminal(OutputStream out, Attention attention) {
        this.screen = new Screen(out);
        this.attention = attention;
    }

    /** From now on the keys of this input are ours: q ends. */
    Screen open(InputStream keys) throws IOException {
        before = Terminal.stty("-g");
        Runtime.getRuntime().addShutdownHook(restorer);
        Signal.handle(new Signal("WINCH"), signal -> attention.resize());
        // ^C stays what it is; ^Z would leave the terminal as we have made it.
        Terminal.stty("-icanon", "-echo", "susp", "undef", "min", "1", "time", "0");
        Thread reader = new Thread(() -> read(keys), "keys");
        reader.setDaemon(true);
        reader.start();
        screen.enter();
        return screen;
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(restorer);
        } catch (IllegalStateException itEnds) {
            // Then it runs, and finds nothing to do.
        }
    }

    private synchronized void restore() {
        try {
            screen.leave();
            if (!before.isEmpty()) {
                Terminal.stty(before);
                before = "";
            }
        } catch (IOException gone) {
            throw new UncheckedIOException("cannot restore the terminal", gone);
        }
    }

    private void read(InputStream keys) {
        try {
            for (int key = keys.read(); key >= 0; key = keys.read()) {
                if (key == 'q' || key == 'Q') {
                    attention.end();
                }
            }
        } catch (IOException gone) {
            // As at its end: nobody is there any more.
        }
        attention.end();
    }
}
