package org.workerd.unix;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches directories through inotify and says what was touched there. Starts once, stops twice, stops unstarted. When
 * the kernel has no watch to give, the poll interval of the loop is all there is.
 */
public final class Watcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    /**
     * What to do when a file whose name matches is made, changed or removed in the directory; which one that is may
     * change, and is asked at each {@link #renew}.
     */
    public record Watch(Supplier<Path> directory, Predicate<String> names, Runnable then) {}

    private final List<Watch> watches;
    private final Map<Watch, WatchKey> keys = new ConcurrentHashMap<>();
    private @Nullable WatchService service;

    public Watcher(List<Watch> watches) {
        this.watches = List.copyOf(watches);
    }

    public void start() {
        try {
            WatchService fresh = FileSystems.getDefault().newWatchService();
            service = fresh;
            renew();
            Thread thread = new Thread(() -> listen(fresh), "watcher");
            thread.setDaemon(true);
            thread.start();
        } catch (IOException failure) {
            LOG.warn(
                    "cannot watch directories, new jobs wait for the next poll (workers.poll_interval): {}",
                    failure.getMessage());
        }
    }

    /** Watches what could not be watched before: a directory that was not there, came again, or is another one now. */
    public void renew() {
        WatchService current = service;
        if (current == null) {
            return;
        }
        for (Watch watch : watches) {
            Path directory = watch.directory().get();
            WatchKey key = keys.get(watch);
            if (key != null && !key.watchable().equals(directory)) {
                keys.remove(watch);
                if (!keys.containsValue(key)) {
                    key.cancel();
                }
                key = null;
            }
            if ((key == null || !key.isValid()) && Files.isDirectory(directory)) {
                register(watch, directory, current);
            }
        }
    }

    @Override
    public void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException failure) {
            LOG.warn("cannot close the watch: {}", failure.getMessage());
        }
    }

    private void register(Watch watch, Path directory, WatchService current) {
        try {
            keys.put(
                    watch,
                    directory.register(
                            current,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
            watch.then().run();
        } catch (IOException failure) {
            LOG.warn("cannot watch {}: {}", directory, failure.getMessage());
        }
    }

    private void listen(WatchService current) {
        try {
            while (true) {
                WatchKey key = current.take();
                List<WatchEvent<?>> events = key.pollEvents();
                // Before the reset: what happens after it makes the key come up again.
                key.reset();
                for (Watch watch : watches) {
                    if (key.equals(keys.get(watch)) && events.stream().anyMatch(event -> matches(watch, event))) {
                        watch.then().run();
                    }
                }
            }
        } catch (ClosedWatchServiceException | InterruptedException stopped) {
            LOG.debug("no longer watching");
        }
    }

    /** An overflow names no file: anything may have been touched. */
    private static boolean matches(Watch watch, WatchEvent<?> event) {
        return !(event.context() instanceof Path name) || watch.names().test(name.toString());
    }
}
