package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.workerd.config.DaemonDirectory;
import org.workerd.ops.HostName;
import org.workerd.store.DaemonStore;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Premises;
import org.workerd.worker.loop.Identity;

/** Makes a process one of those that serve a queue: its row, the lock by which it is known, its directories. Stateless. */
public final class Registration {
    private Registration() {}

    /** Whatever the engine, the locks in it tell whether a daemon and its attempts live. */
    public static void makeDirectory(Path directory) throws IOException {
        Directories.make(directory);
        String type = Volumes.type(directory);
        if (Volumes.isRemote(type)) {
            throw new DaemonException(
                    DaemonException.Kind.CONFIGURATION,
                    "the queue cannot be on " + type + ", whose locks are not reliable: set queue.url to a path on a"
                            + " disk of this machine, was " + directory);
        }
    }

    /** Of a daemon, which starts programs that may outlive it. */
    static Identity ofDaemon(DaemonStore store, DaemonDirectory directory, int slots) throws IOException {
        Directories.makeOwn(directory.home(), "rwx------");
        return of(store, directory, slots, true);
    }

    /** Of a program that runs handlers in its own process alone. */
    public static Identity ofProgram(DaemonStore store, DaemonDirectory directory, int slots) throws IOException {
        return of(store, directory, slots, false);
    }

    /** The lock is taken before the row can be seen: nobody shall take a daemon for dead that is only just born. */
    private static Identity of(DaemonStore store, DaemonDirectory directory, int slots, boolean startsPrograms)
            throws IOException {
        if (store.identity().isPresent()) {
            QueueMark.set(directory.path(), store.identity().get());
        }
        // Those of the queue's group may look whether a daemon lives, and read what jobs print.
        Directories.makeOwn(directory.ledgers(), "rwxr-x---");
        Directories.makeOwn(directory.output(), "rwxr-x---");
        Directories.makeOwn(directory.scratch(), "rwx------");
        long pid = ProcessHandle.current().pid();
        String host = HostName.own();
        return store.transaction(moves -> {
            Instant now = store.clock().instant();
            long daemon = moves.register(pid, host, slots, now);
            Ledger ledger = Ledger.create(directory.ledgers(), daemon);
            Premises premises = Premises.of(directory, daemon);
            store.hold(
                    new DaemonRow(daemon, pid, host, slots, now),
                    Ledger.path(directory.ledgers(), daemon),
                    startsPrograms ? Optional.of(premises.scratch()) : Optional.empty());
            return new Identity(daemon, new Moves.Runner(pid, host), ledger, premises);
        });
    }

    /** What cannot be removed now, because the database is locked or full, the next daemon removes. */
    public static void end(JobStore store, Identity identity) throws IOException {
        Premises.remove(identity.premises());
        if (store.transaction(moves -> moves.unregister(identity.daemon()))) {
            identity.ledger().delete();
        }
    }
}
