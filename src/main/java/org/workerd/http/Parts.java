package org.workerd.http;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.workerd.config.Settings;
import org.workerd.store.Engine;
import org.workerd.worker.loop.Activities;
import org.workerd.worker.loop.Inbox;
import org.workerd.worker.loop.Pulse;

/**
 * What HTTP needs of the daemon.
 *
 * @param settings those in force; asked from any thread
 * @param states the file that tells others where it listens
 */
public record Parts(
        Supplier<Settings> settings,
        Engine engine,
        Inbox inbox,
        Pulse pulse,
        Activities activities,
        Path states,
        InstantSource clock) {}
