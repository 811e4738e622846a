package org.workerd.daemon;

import java.nio.file.Path;
import java.util.List;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.loop.Worker;

/** Where a change means that other handlers may be there. */
final class HandlerWatches {
    private HandlerWatches() {}

    /** Of the directory that the configuration names at the time. */
    static List<Watcher.Watch> of(Reload reload, Worker worker, Wakeup wakeup) {
        Runnable changed = () -> {
            worker.handlersChanged();
            wakeup.wake();
        };
        return List.of(
                new Watcher.Watch(() -> reload.settings().handlersDir(), Handlers::isName, changed),
                // A change of the directory's own rights is told only to who watches the one that it is in.
                new Watcher.Watch(
                        () -> directoryOf(reload.settings().handlersDir()),
                        name -> reload.settings().handlersDir().endsWith(name),
                        changed));
    }

    private static Path directoryOf(Path file) {
        Path directory = file.getParent();
        return directory == null ? Path.of("/") : directory;
    }
}
