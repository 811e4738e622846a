package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsFile;
import org.workerd.config.SystemZone;
import org.workerd.engine.Engines;
import org.workerd.ops.AlarmJson;
import org.workerd.ops.OutputTail;
import org.workerd.store.DaemonStore;
import org.workerd.store.Engine;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.UnixException;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.Doorbell;
import org.workerd.worker.handlers.Handlers;
import org.workerd.worker.handlers.Plugins;
import org.workerd.worker.loop.Identity;
import org.workerd.worker.loop.Worker;

/** The daemon: everything it is made of, put together by hand, started in order and stopped in reverse. */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int UMASK = 027;
    /** How long a transaction waits for another process's before the loop backs off and looks at its signals. */
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(1);

    /** When somebody wants it to end now. */
    private static final Duration LONGEST_LAST_TRANSACTION = Duration.ofSeconds(2);

    private final @Nullable Path config;
    private final Readiness readiness;
    private final boolean logsToFile;
    private final Doorbell doorbell = new Doorbell();
    private final Signals signals = new Signals();
    private final Deque<Part> parts = new ArrayDeque<>();
    private volatile @Nullable PidFile claimed;

    /**
     * A daemon that has not begun.
     *
     * @param config the file that was named, or null
     * @param logsToFile in the foreground, too; else there the log is stderr
     */
    public Daemon(@Nullable Path config, Readiness readiness, boolean logsToFile) {
        this.config = config;
        this.logsToFile = logsToFile || readiness.isDetached();
        this.readiness = readiness;
    }

    /** Something to be stopped. */
    private interface Part {
        void stop() throws IOException;
    }

    /**
     * Runs until it is told to stop.
     *
     * @return the exit status
     */
    public int run() throws IOException, InterruptedException {
        Processes.umask(UMASK);
        signals.install(doorbell);
        SystemZone.adopt(System.getenv());
        readiness.endWithLauncher(this::abandon);
        Files.writeString(Path.of("/proc/self/comm"), "workerd");
        Settings settings = load();
        LogFile log = LogFile.open(settings.logging(), logsToFile);
        try {
            PidFile.Claimed claimed =
                    PidFile.claim(settings.pidfile(), ProcessHandle.current().pid());
            return claimed.ours().isPresent()
                    ? serve(settings, log, claimed.ours().get())
                    : alreadyRunning(claimed.running().orElseThrow());
        } catch (UnixException failure) {
            LOG.error("{}", failure.getMessage());
            throw DaemonException.of(failure);
        } catch (RuntimeException failure) {
            LOG.error("{}", failure.getMessage());
            throw failure;
        } finally {
            stopAll();
        }
    }

    /** So that nothing is left of a start that was aborted before it had more than this. */
    private void abandon() {
        PidFile ours = claimed;
        try {
            if (ours != null) {
                ours.delete();
            }
        } catch (IOException | UnixException failure) {
            LOG.warn("cannot remove the pidfile: {}", failure.getMessage());
        }
    }

    private Settings load() {
        return SettingsFile.load(config, Environment.ofProcess()).settings();
    }

    private int alreadyRunning(PidFileHolder holder) {
        String whom = "pid " + holder.named()
                + (holder.kind() == PidFileHolder.Kind.ELSEWHERE ? " in another PID namespace" : "");
        if (!readiness.isDetached()) {
            throw new DaemonException(
                    DaemonException.Kind.FAILED, "workerd is already running (" + whom + ") with this pidfile");
        }
        readiness.running(whom);
        return 0;
    }

    private int serve(Settings settings, LogFile log, PidFile pidFile) throws IOException, InterruptedException {
        claimed = pidFile;
        parts.push(pidFile::delete);
        Engine engine = Engines.of(settings.queue(), LOCK_PATIENCE);
        Registration.makeDirectory(settings.directory().path());
        DaemonStore store = engine.serve();
        parts.push(store::close);
        signals.onSecondStop(() -> store.limitTransactions(LONGEST_LAST_TRANSACTION));
        readiness.stopWatching();
        Identity identity = Registration.ofDaemon(store, settings.directory(), settings.concurrency());
        parts.push(() -> Registration.end(store, identity));
        Processes.adoptOrphans();
        Plans plans = new Plans(new Plugins(identity.premises().scratch(), settings.directory(), Posix.userId()));
        Worker worker = new Worker(
                store,
                identity,
                plans.of(settings),
                new Worker.Surroundings(
                        settings.directory(), doorbell, store.clock(), AlarmJson::of, OutputTail::news));
        parts.push(worker::close);
        Web web = new Web(engine, worker, identity.daemon(), settings);
        parts.push(web::close);
        Reload reload = new Reload(config, settings, log, plans, web);
        Runnable upkeep = () -> {
            pidFile.heal();
            store.check();
        };
        Supervisor supervisor = new Supervisor(System.getenv(), identity.pid());
        MainLoop loop = new MainLoop(worker, doorbell, signals, new MainLoop.Duties(reload, upkeep, supervisor));
        Watcher watcher = new Watcher(watches(reload, worker));
        watcher.start();
        parts.push(watcher::close);
        store.watch(doorbell::knock);
        Settings.Fence fence = settings.fence();
        store.fence(fence.after(), worker.fence(fence.onLoss() == Settings.Fence.OnLoss.END));
        // Before anybody is told: what another daemon left is put back, and the first transaction, which is slow, is
        // over.
        worker.turn();
        pidFile.write();
        LOG.info(
                "workerd is running: pid {}, queue {}, {} slots, handlers in {}",
                identity.pid(),
                engine.name(),
                settings.concurrency(),
                settings.handlersDir());
        List<String> notes = web.bind();
        log.takeStderr();
        if (!readiness.ready(identity.pid(), notes)) {
            LOG.warn("the start was aborted before workerd was ready: stopping");
            signals.stopNow();
        }
        supervisor.ready();
        web.start();
        return loop.run(watcher);
    }

    private List<Watcher.Watch> watches(Reload reload, Worker worker) {
        Runnable changed = () -> {
            worker.handlersChanged();
            doorbell.ring();
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

    private void stopAll() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().stop();
            } catch (IOException | RuntimeException failure) {
                LOG.warn("while stopping: {}", failure.getMessage());
            }
        }
    }
}
