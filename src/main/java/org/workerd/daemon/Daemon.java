package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Environment;
import org.workerd.config.Settings;
import org.workerd.config.SettingsFile;
import org.workerd.config.SystemZone;
import org.workerd.daemon.handover.HandOverNote;
import org.workerd.engine.Engines;
import org.workerd.ops.AlarmJson;
import org.workerd.ops.OutputTail;
import org.workerd.store.DaemonStore;
import org.workerd.store.Engine;
import org.workerd.store.StoreException;
import org.workerd.unix.Posix;
import org.workerd.unix.Processes;
import org.workerd.unix.Reexec;
import org.workerd.unix.UnixException;
import org.workerd.unix.Watcher;
import org.workerd.worker.attempt.Wakeup;
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

    private static final Duration AGAIN = Duration.ofMillis(200);

    private final @Nullable Path config;
    private final Readiness readiness;
    private final boolean logsToFile;
    private final @Nullable HandOverNote before;
    private final Wakeup wakeup = new Wakeup();
    private final Signals signals = new Signals();
    private final Deque<Part> parts = new ArrayDeque<>();
    private volatile @Nullable PidFile claimed;

    /**
     * A daemon that has not begun.
     *
     * @param config the file that was named, or null
     * @param logsToFile in the foreground, too; else there the log is stderr
     * @param handOver the descriptor of what another version left that ran in this process until now; null: none did
     */
    public Daemon(@Nullable Path config, Readiness readiness, boolean logsToFile, @Nullable Integer handOver) {
        this.config = config;
        this.before = handOver == null ? null : Takeover.receive(handOver);
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
        signals.install(wakeup);
        // Before any thread is made, which would have them blocked, too: what came during a restart arrives now.
        Reexec.releaseSignals();
        SystemZone.adopt(System.getenv());
        readiness.endWithLauncher(this::abandon);
        Files.writeString(Path.of("/proc/self/comm"), "workerd");
        Settings settings = load();
        LogFile log = before == null
                ? LogFile.open(settings.logging(), logsToFile)
                : LogFile.inherit(settings.logging(), logsToFile);
        try {
            if (before != null) {
                return serve(settings, log, PidFile.inherit(settings.pidfile(), before.pidfile(), pid()));
            }
            PidFile.Claimed claimed = PidFile.claim(settings.pidfile(), pid());
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
        DaemonStore store = before == null ? engine.serve() : patiently(engine::serve);
        parts.push(store::close);
        signals.onSecondStop(() -> store.limitTransactions(LONGEST_LAST_TRANSACTION));
        readiness.stopWatching();
        Identity identity = before == null
                ? Registration.ofDaemon(store, settings.directory(), settings.concurrency())
                : patiently(() -> Takeover.identity(store, settings, before));
        parts.push(() -> Registration.end(store, identity));
        Processes.adoptOrphans();
        Plans plans = new Plans(new Plugins(identity.premises().scratch(), settings.directory(), Posix.userId()));
        Worker worker = new Worker(
                store,
                identity,
                plans.of(settings),
                new Worker.Surroundings(settings.directory(), wakeup, store.clock(), AlarmJson::of, OutputTail::news));
        parts.push(worker::close);
        Web web = new Web(engine, worker, identity.daemon(), store.clock(), settings);
        parts.push(web::close);
        Reload reload = new Reload(config, settings, log, plans, web);
        Runnable upkeep = () -> {
            pidFile.heal();
            store.check();
        };
        Supervisor supervisor = new Supervisor(System.getenv(), identity.pid());
        HandOver handOver = new HandOver(
                worker,
                new HandOver.Place(
                        identity,
                        pidFile,
                        web,
                        Takeover.installed(config, logsToFile, settings.queue()),
                        reload::settings,
                        store),
                supervisor,
                wakeup);
        MainLoop.Duties duties = new MainLoop.Duties(reload, upkeep, supervisor, handOver);
        MainLoop loop = new MainLoop(worker, wakeup, signals, duties, System::nanoTime);
        Watcher watcher = new Watcher(HandlerWatches.of(reload, worker, wakeup));
        watcher.start();
        parts.push(watcher::close);
        store.watch(wakeup::hint);
        Settings.Fence fence = settings.fence();
        store.fence(fence.after(), worker.fence(fence.onLoss() == Settings.Fence.OnLoss.END));
        // Before anybody is told: what another daemon left is put back, and the first transaction, which is slow, is
        // over.
        if (before != null) {
            patiently(() -> {
                worker.resume(before.programs(), before.died(), before.token());
                return true;
            });
            store.dismissGuard();
        }
        worker.turn();
        if (before == null) {
            pidFile.write();
        }
        LOG.info(
                "workerd is running: pid {}, queue {}, {} slots, handlers in {}",
                identity.pid(),
                engine.name(),
                settings.concurrency(),
                settings.handlersDir());
        List<String> notes = web.bind();
        log.takeStderr();
        if (before != null) {
            resumed(identity, before);
        }
        if (!readiness.ready(identity.pid(), notes)) {
            LOG.warn("the start was aborted before workerd was ready: stopping");
            signals.stopNow();
        }
        supervisor.ready();
        web.start();
        return loop.run(watcher);
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Programs run, and wait for no more than the lock, the disk or the descriptors that are wanting for now. */
    private <T> T patiently(Supplier<T> work) {
        while (true) {
            try {
                return work.get();
            } catch (StoreException failure) {
                if (!failure.isPassing()) {
                    throw failure;
                }
                pause(failure);
            } catch (UnixException failure) {
                pause(failure);
            }
        }
    }

    private void pause(RuntimeException failure) {
        if (signals.isHurried()) {
            throw failure;
        }
        LOG.warn("cannot take over the queue, retrying: {}", failure.getMessage());
        LockSupport.parkNanos(this, AGAIN.toNanos());
    }

    private void resumed(Identity identity, HandOverNote note) {
        identity.ledger().running();
        // They asked for what has just been done.
        signals.forgetRestarts();
        LOG.info(
                "restarted in place, {} ms without claims; running programs carried over: {}",
                Duration.ofNanos(System.nanoTime() - note.since()).toMillis(),
                note.programs().size());
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
