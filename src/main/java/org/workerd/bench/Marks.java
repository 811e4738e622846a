package org.workerd.bench;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A pipe with a name, into which programs write a line as their first instruction; one thread notes when each came. */
final class Marks implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final Path pipe;
    private final RandomAccessFile file;
    private final BlockingQueue<Mark> marks = new LinkedBlockingQueue<>();

    /** One line, and the {@link System#nanoTime} at which it was here. */
    record Mark(long nanos, String line) {}

    private Marks(Path pipe, RandomAccessFile file) {
        this.pipe = pipe;
        this.file = file;
    }

    static Marks open(Path pipe) throws IOException, InterruptedException {
        Tool.run(List.of("mkfifo", pipe.toString()));
        // For writing, too: then it opens at once and never ends.
        Marks marks = new Marks(pipe, new RandomAccessFile(pipe.toFile(), "rw"));
        Thread reader = new Thread(marks::read, "marks");
        reader.setDaemon(true);
        reader.start();
        return marks;
    }

    String path() {
        return pipe.toString();
    }

    Mark next() throws IOException, InterruptedException {
        Mark mark = marks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (mark == null) {
            throw new IOException("a job did not begin within " + PATIENCE_SECONDS + " s");
        }
        return mark;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new FileInputStream(file.getFD()), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.isEmpty()) {
                marks.add(new Mark(System.nanoTime(), line));
                line = lines.readLine();
            }
        } catch (IOException closed) {
            // Whoever still waits for a mark says so.
        }
    }

    /** An empty line ends the reader: a read of a pipe does not end when it is closed. */
    @Override
    public void close() throws IOException {
        file.write('\n');
        Files.deleteIfExists(pipe);
    }
}
