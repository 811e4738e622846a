package org.workerd.daemon;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.HttpSettings;
import org.workerd.config.Settings;
import org.workerd.http.HttpPart;
import org.workerd.http.Parts;
import org.workerd.ops.ListenState;
import org.workerd.store.Engine;
import org.workerd.worker.loop.Worker;

/**
 * HTTP, where it is set: nothing of it is loaded before. For the main thread, which never waits for it, but for a moment
 * when the daemon ends.
 */
final class Web {
    private static final Logger LOG = LoggerFactory.getLogger(Web.class);

    private final Engine engine;
    private final Worker worker;
    private final long daemon;
    private final InstantSource clock;
    private volatile Settings settings;
    private @Nullable HttpPart part;

    /** @param clock the queue's */
    Web(Engine engine, Worker worker, long daemon, InstantSource clock, Settings settings) {
        this.engine = engine;
        this.worker = worker;
        this.daemon = daemon;
        this.clock = clock;
        this.settings = settings;
    }

    /** Takes the places where it is to listen. A line for each that is taken. */
    List<String> bind() {
        if (settings.http().isEmpty()) {
            return List.of();
        }
        try {
            HttpPart made = make(settings.http().get());
            List<String> notes = made.bind();
            part = made;
            return notes;
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("http does not work; jobs run all the same", failure);
            return List.of("http does not work, see the log: " + failure.getMessage());
        }
    }

    /** Serves there. */
    void start() {
        if (part != null) {
            part.start();
        }
    }

    /** These hold from now on; what is taken is tried again at once. */
    void change(Settings next) {
        settings = next;
        Optional<HttpSettings> http = next.http();
        if (http.isEmpty()) {
            if (part != null) {
                part.end();
                part = null;
            }
        } else if (part == null) {
            part = make(http.get());
            part.start();
        } else {
            part.change(http.get());
        }
    }

    void close() {
        if (part != null) {
            part.close();
        }
    }

    /** Serves again, after {@link #close}. */
    void reopen() {
        if (part != null) {
            part = null;
            change(settings);
        }
    }

    private HttpPart make(HttpSettings http) {
        return new HttpPart(
                http,
                new Parts(
                        () -> settings,
                        engine,
                        worker.inbox(),
                        worker.pulse(),
                        worker.activities(),
                        ListenState.file(settings.directory(), daemon),
                        clock));
    }
}
