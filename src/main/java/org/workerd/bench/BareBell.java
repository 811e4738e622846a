package org.workerd.bench;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;

/** The least that it takes to hear of a change of a directory: what wakes a daemon, and nothing behind it. */
final class BareBell implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final Path directory;
    private final WatchService watcher;
    private int rung;

    BareBell(Path directory) throws IOException {
        this.directory = Files.createDirectory(directory);
        this.watcher = FileSystems.getDefault().newWatchService();
        this.directory.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
    }

    /** From a new file to the word of it, in milliseconds. */
    double ring() throws IOException, InterruptedException {
        rung++;
        long made = System.nanoTime();
        Files.createFile(directory.resolve(Integer.toString(rung)));
        WatchKey word = watcher.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        long heard = System.nanoTime();
        if (word == null) {
            throw new IOException("the kernel does not tell of new files in " + directory);
        }
        word.pollEvents();
        word.reset();
        return (heard - made) / 1e6;
    }

    @Override
    public void close() throws IOException {
        watcher.close();
    }
}
