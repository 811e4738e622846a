package org.workerd.cli.text;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Printable;

/** Where a command's words go: data to stdout, talk to stderr, both in UTF-8. Not thread-safe. */
public final class Console {
    private final InputStream in;
    private final DataStream sink;
    private final PrintStream out;
    private final PrintStream err;
    private final Screen screen;
    private @Nullable String done;

    /**
     * Which of the streams a person looks at.
     *
     * @param answers a person types what we read
     * @param columns how wide the terminal is; asked only where it matters
     */
    public record Screen(boolean data, boolean talk, boolean answers, Columns columns) {
        public static final Screen NONE = new Screen(false, false, false, () -> 80);
    }

    public interface Columns {
        int count();
    }

    public Console(InputStream in, OutputStream out, OutputStream err, Screen screen) {
        this.in = in;
        this.sink = new DataStream(out);
        this.out = new PrintStream(new BufferedOutputStream(sink, 1 << 16), false, StandardCharsets.UTF_8);
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
        this.screen = screen;
    }

    public static Console ofProcess() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                new Screen(isTerminal(1), isTerminal(2), isTerminal(0), Terminal::columns));
    }

    /** Data: a line, or several. Whatever it holds, it can do nothing to a terminal. */
    public void data(String text) {
        print(Printable.lines(text));
    }

    /** Data that is clean already. */
    private void print(String line) {
        out.print(line);
        out.print('\n');
    }

    /** Data for whoever writes it piecemeal; not to be closed. */
    public OutputStream data() {
        return out;
    }

    /** What a program has printed: as it came; on a terminal, what would do more than print is left out. */
    public OutputStream programOutput() {
        return screen.data() ? new PlainOutput(out) : out;
    }

    /** The same, as talk. */
    public OutputStream programTalk() {
        return screen.talk() ? new PlainOutput(err) : err;
    }

    /** Talk: a line, or several. */
    public void say(String text) {
        err.print(Printable.lines(text) + '\n');
    }

    /** Talk that only a person at a terminal wants. */
    public void hint(String line) {
        if (screen.talk()) {
            say(line);
        }
    }

    /** A person at a terminal reads the talk. */
    public boolean isListenedTo() {
        return screen.talk();
    }

    /** In columns; of the terminal, if there is one. */
    public int width() {
        return screen.columns().count();
    }

    /** Talk that the next one of its kind overwrites; only at a terminal. */
    public void progress(String text) {
        if (screen.talk()) {
            err.print("\r\033[K" + Printable.line(text));
            err.flush();
        }
    }

    /** A person is there to be asked. */
    public boolean canAsk() {
        return screen.talk() && screen.answers();
    }

    /** Asks a question; only a clear yes is one. */
    public boolean ask(String question) throws IOException {
        err.print(Printable.line(question) + " [y/N] ");
        err.flush();
        StringBuilder answer = new StringBuilder();
        int character = in.read();
        while (character >= 0 && character != '\n' && answer.length() < 10) {
            answer.append((char) character);
            character = in.read();
        }
        return answer.toString().strip().matches("(?i)y|yes");
    }

    public InputStream input() {
        return in;
    }

    /** A person looks at the data. */
    public boolean isTerminal() {
        return screen.data();
    }

    /** Prints a table, fitted to the terminal if there is one. */
    public void print(Table table) {
        table.fitting(screen.data() ? screen.columns().count() : Integer.MAX_VALUE)
                .forEach(this::print);
    }

    /** Prints lines that are clean and fit. */
    public void print(List<String> lines) {
        lines.forEach(this::print);
    }

    public int helpWidth() {
        return screen.data() ? Math.max(60, Math.min(100, screen.columns().count())) : 80;
    }

    /** Data written so far reaches its reader now. */
    public void flush() {
        out.flush();
    }

    /**
     * Something was changed for good, to be told if its answer, which is printed next, cannot be written.
     *
     * @param what like "job 17 is stored"
     * @param answer like "its id"
     */
    public void done(String what, String answer) {
        done = what + "; " + answer + " could not be printed";
    }

    /** What {@link #done} said last; empty: nothing was changed. */
    public Optional<String> whatWasDone() {
        return Optional.ofNullable(done);
    }

    /** False: some of the data could not be written. Flushes. */
    public boolean isWritable() {
        return !out.checkError();
    }

    /** Whoever read the data has enough of it, as head does: no reason to complain. */
    public boolean isReaderGone() {
        return sink.isReaderGone();
    }

    /** Not System.console(), which since Java 22 is there without a terminal too. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException unknown) {
            return false;
        }
    }
}
