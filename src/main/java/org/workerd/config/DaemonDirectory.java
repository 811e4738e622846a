package org.workerd.config;

import java.nio.file.Path;

/**
 * Where the daemons of one machine keep what is theirs besides the queue itself. Immutable.
 *
 * @param path absolute
 * @param queue what the queue is called in it: two queues may share a directory
 */
public record DaemonDirectory(Path path, String queue) {
    /** The one beside a queue that is a file. */
    public static DaemonDirectory beside(Path queueFile) {
        Path file = queueFile.toAbsolutePath();
        return new DaemonDirectory(file.resolveSibling(""), String.valueOf(file.getFileName()));
    }

    /** One file for each daemon: locked while it lives, and telling what it runs. */
    public Path ledgers() {
        return path.resolve("daemons");
    }

    /** One directory for each daemon: where its attempts run. */
    public Path scratch() {
        return path.resolve("scratch");
    }

    /** What attempts print, for all daemons of the queue. */
    public Path output() {
        return path.resolve("output");
    }

    /** HOME of handlers, where the daemon's user has none that only he can write to. */
    public Path home() {
        return path.resolve("home");
    }

    /** Where the daemon says which handlers in Java there are, if there are any. */
    public Path pluginIndex() {
        return path.resolve(queue + ".java-handlers");
    }
}
