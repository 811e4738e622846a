package org.workerd.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Looks whether a queue is whole and agrees with itself; changes nothing and makes no file. Not thread-safe. */
public interface Health extends AutoCloseable {
    /** What was read may be wrong, for somebody wrote at the same time: look again. */
    boolean isOvertaken();

    JobQueries queries();

    /** Of its schema. */
    int version();

    /** What in its schema is not workerd's. */
    List<Stranger> strangers();

    /** What removes it: for a shell, or for a session with the server. */
    String command(Stranger stranger);

    /**
     * The first damage found; empty: the queue is whole.
     *
     * @param thorough also compares the indexes with their tables, which takes several times as long
     */
    Optional<String> damage(boolean thorough);

    /** What is said when no damage was found, of what was looked at. */
    String intact(boolean thorough);

    /** What to do about damage. */
    String cure();

    /** Of the server that keeps it; empty: there is none. */
    Optional<ServerState> server();

    /** Where its tables contradict each other, a sentence each; every one is of one moment. */
    List<String> disagreements();

    /** When the newest job was stored, by this machine's clock; empty: there is none, or another clock said so. */
    Optional<Instant> newest();

    long dueAfter(Instant time);

    /** An attempt that the queue takes for running. */
    record Running(long job, int attempt) {}

    /** What a daemon had claimed and not given back. */
    List<Running> runningOf(long daemon);

    @Override
    void close();
}
