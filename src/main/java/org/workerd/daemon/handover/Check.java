package org.workerd.daemon.handover;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsFile;
import org.workerd.daemon.DaemonException;
import org.workerd.daemon.QueueMark;
import org.workerd.engine.Engines;
import org.workerd.store.Engine;
import org.workerd.store.JobQueries;
import org.workerd.store.StoreException;

/** Whether this version could take over from a daemon that runs: asked by that one, before it does anything. */
public final class Check {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Check() {}

    /**
     * Writes the answer, or throws what is in the way.
     *
     * @param question as {@link NewVersion} asks it
     */
    public static void run(@Nullable Path config, String question, OutputStream out) throws IOException {
        int colon = question.indexOf(':');
        int format = Integer.parseInt(question.substring(0, colon));
        if (format > HandOverForm.FORMAT) {
            throw new DaemonException(
                    DaemonException.Kind.FAILED,
                    "this version cannot take over from the newer one that runs: use workerd restart --drain");
        }
        Settings settings = SettingsFile.load(config, Environment.ofProcess()).settings();
        Engine engine = Engines.of(settings.queue(), PATIENCE);
        check(engine, settings.directory().path(), Long.parseLong(question.substring(colon + 1)));
        out.write(AnswerForm.ofProcess(settings));
        out.flush();
    }

    private static void check(Engine engine, Path directory, long daemon) throws IOException {
        JobQueries queries;
        try {
            queries = engine.openForReading();
        } catch (StoreException failure) {
            if (failure.kind() == StoreException.Kind.OUTDATED) {
                // It is brought up to date once the daemon has it.
                return;
            }
            throw failure;
        }
        try {
            if (queries.daemons().stream().noneMatch(known -> known.id() == daemon)) {
                throw new DaemonException(
                        DaemonException.Kind.FAILED,
                        "the queue " + engine.name()
                                + " is not the one that the running daemon serves: use workerd restart --drain");
            }
            // The daemons of another queue have the same numbers.
            Optional<String> identity = queries.identity();
            if (identity.isPresent()) {
                QueueMark.check(directory, identity.get());
            }
        } finally {
            queries.close();
        }
    }
}
