package org.workerd.daemon.doctor;

import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/** Why nothing more can be said about a queue, and what to do about it. Pure. */
final class UnusableQueue {
    private static final String CHECK = "queue";

    private final StoreException failure;
    private final DaemonState daemon;

    UnusableQueue(StoreException failure, DaemonState daemon) {
        this.failure = failure;
        this.daemon = daemon;
    }

    Finding finding(QueueUrl url) {
        String found = String.valueOf(failure.getMessage());
        if (failure.kind() == StoreException.Kind.MISSING) {
            return daemon.isRunning()
                    ? Finding.failure(CHECK, found + ", but its daemon runs", "workerd restart")
                    : Finding.warning(CHECK, found, "create it with workerd start");
        }
        return Finding.failure(CHECK, found, url instanceof QueueUrl.Postgres ? onServer() : inFile());
    }

    private String inFile() {
        return switch (failure.kind()) {
            case DAMAGED -> "workerd stop, then restore a backup (workerd help backup), or try sqlite3 FILE .recover";
            case FOREIGN -> "check who can write to the queue's file";
            case OUTDATED -> "workerd restart (it migrates the queue)";
            case NEWER -> "upgrade workerd to the version that created the queue, or later";
            case REFUSED -> "set queue.url to a queue of workerd";
            case NOT_PERMITTED -> "use the account that owns the queue, or a member of its group";
            case LOCKED -> "see which program holds the lock: fuser -v on the queue's file";
            case UNREACHABLE -> "check that the server is running";
            case MISSING -> "create it with workerd start";
            case DISK, INVALID, OTHER -> "check the kernel's log for disk errors: dmesg";
        };
    }

    private String onServer() {
        return switch (failure.kind()) {
            case DAMAGED -> "see the server's log, and restore a backup of the server";
            case FOREIGN -> "check who owns the schema";
            case OUTDATED -> "workerd restart, as a user who owns the schema (it migrates the queue)";
            case NEWER -> "upgrade workerd to the version that created the queue, or later";
            case REFUSED -> "set queue.url to a server and a database that can keep a queue";
            case NOT_PERMITTED ->
                "see what the user needs: workerd schema; where a password may be: man workerd-postgres";
            case LOCKED -> "see who waits for whom: select pid, pg_blocking_pids(pid), query from pg_stat_activity";
            case UNREACHABLE -> "check that the server is running, and try psql from here";
            case MISSING -> "create it with workerd start";
            case DISK -> "make room on the server's disk, and see the server's log";
            case INVALID, OTHER -> "see the server's log";
        };
    }
}
