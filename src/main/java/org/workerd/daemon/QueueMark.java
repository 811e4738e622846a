package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Says in a daemon's directory of which queue it is: the ledgers and outputs of two queues have the same names, and what
 * one of them runs would be taken for what the other one left behind. Stateless.
 */
public final class QueueMark {
    private static final String MARK = "queue.id";

    private QueueMark() {}

    /**
     * Marks a directory that has no mark yet.
     *
     * @throws DaemonException it is another queue's
     */
    static void set(Path directory, String queue) throws IOException {
        try {
            Files.writeString(
                    directory.resolve(MARK), queue + "\n", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException known) {
            check(directory, queue);
        }
    }

    /**
     * Looks at the mark, if there is one.
     *
     * @throws DaemonException it is another queue's
     */
    public static void check(Path directory, String queue) throws IOException {
        Path mark = directory.resolve(MARK);
        String other = Files.exists(mark) ? Files.readString(mark).strip() : "";
        // Empty: another daemon is just writing it.
        if (!other.isEmpty() && !other.equals(queue)) {
            throw new DaemonException(
                    DaemonException.Kind.CONFIGURATION,
                    "the directory " + directory + " holds what daemons of another queue keep on this machine: set"
                            + " daemon.dir to a directory for this queue alone; if the other queue is gone, remove "
                            + mark);
        }
    }
}
