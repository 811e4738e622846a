package org.workerd.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server of a queue says of itself, as far as it matters to the queue; what it means is judged elsewhere.
 *
 * @param pooled a connection pooler stands between the server and us
 * @param off the settings that are off and should be on
 * @param lacking what the user lacks of a daemon's rights, as in {@code insert on jobs}; empty: nothing
 */
public record ServerState(
        Identity identity,
        boolean pooled,
        List<String> off,
        List<String> lacking,
        Load load,
        List<Holder> holders,
        List<Table> tables,
        List<Standby> standbys) {
    public ServerState {
        off = List.copyOf(off);
        lacking = List.copyOf(lacking);
        holders = List.copyOf(holders);
        tables = List.copyOf(tables);
        standbys = List.copyOf(standbys);
    }

    /**
     * Who answered whom.
     *
     * @param version as people write it: 15.4
     * @param seesAll the user is shown what other users' sessions do
     */
    public record Identity(String version, Instant clock, String user, boolean seesAll) {}

    /**
     * Of the whole server.
     *
     * @param most how many sessions may be open at once to our user
     * @param notifications how full its queue of notifications is, 0 to 1
     */
    public record Load(int sessions, int most, double notifications) {}

    /**
     * Somebody for whom the server keeps rows that were deleted.
     *
     * @param who a session, a replication slot or a prepared transaction, in words
     * @param since for how long; null: nobody knows
     * @param transactions how many there have been since then
     * @param release the SQL that ends it
     */
    public record Holder(String who, @Nullable Duration since, long transactions, String release) {}

    /**
     * One of the queue's tables.
     *
     * @param dead rows that were deleted and no vacuum has removed yet
     * @param vacuumed null: never
     */
    public record Table(String name, long live, long dead, long bytes, @Nullable Instant vacuumed) {}

    /** A server that follows this one. */
    public record Standby(String name, boolean isSynchronous) {}
}
