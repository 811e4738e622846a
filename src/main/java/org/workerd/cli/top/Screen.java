package org.workerd.cli.top;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The other screen of a terminal, as editors use it: what stood on the first comes back afterwards. Only lines that differ
 * are written, all in one go, so that nothing flickers. Thread-safe.
 */
final class Screen {
    /** The other screen, no cursor, no new line after the last column. */
    private static final String ENTER = "\033[?1049h\033[?25l\033[?7l\033[2J";

    private static final String LEAVE = "\033[?7h\033[?25h\033[?1049l";
    private static final String CLEAR = "\033[2J";

    private final OutputStream out;
    private List<String> shown = List.of();
    private boolean entered;
    private boolean left;

    Screen(OutputStream out) {
        this.out = out;
    }

    synchronized void enter() throws IOException {
        entered = true;
        write(ENTER);
    }

    /** Shows these lines, and nothing else. */
    synchronized void show(List<String> lines) throws IOException {
        StringBuilder changes = new StringBuilder();
        for (int i = 0; i < Math.max(lines.size(), shown.size()); i++) {
            String line = i < lines.size() ? lines.get(i) : "";
            if (i >= shown.size() || !line.equals(shown.get(i))) {
                changes.append("\033[").append(i + 1).append(";1H").append(line).append("\033[K");
            }
        }
        shown = List.copyOf(lines);
        write(changes.toString());
    }

    /** Nothing stands there any more: a terminal that changes its size moves lines about. */
    synchronized void clear() throws IOException {
        shown = List.of();
        write(CLEAR);
    }

    /** Once, also when it was never entered. */
    synchronized void leave() throws IOException {
        if (entered) {
            write(LEAVE);
        }
        left = true;
    }

    private void write(String text) throws IOException {
        if (!left && !text.isEmpty()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }
}
