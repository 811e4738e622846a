package org.workerd.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.Limits;
import org.workerd.store.Columns;
import org.workerd.store.JsonList;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/**
 * ready → running. What it costs depends on the lanes looked at and the jobs claimed, not on those that wait. What other
 * daemons claim at the same time is passed over.
 */
final class PostgresClaims {
    /** Of each lane so many times the jobs wanted are looked at, for others may be claiming the first of them. */
    private static final int WINDOW = 2;

    private static final int WIDE_WINDOW = 16;

    private final Statements statements;
    private final PostgresRates rates;
    private final PostgresScopes scopes;
    private final PostgresCursors cursors;
    /** When more may be found than this transaction has. */
    private @Nullable Instant sureAt;

    PostgresClaims(Statements statements, PostgresRates rates) {
        this.statements = statements;
        this.rates = rates;
        this.scopes = new PostgresScopes(statements);
        this.cursors = new PostgresCursors(statements);
    }

    /** Where jobs are ready, but for those of paused queues. */
    List<Moves.Lane> lanes(PostgresCursors.Side side) {
        return cursors.lanes(side);
    }

    /** By the priority of their queues, then their own, then age, over all lanes. */
    List<Claim> claim(long daemon, Collection<Moves.Lane> lanes, Limits limits, Moves.Most most, long now) {
        scopes.forget();
        List<Claim> claimed =
                lanes.isEmpty() || most.isNothing() ? List.of() : claimFrom(daemon, lanes, limits, most, now);
        noteIfUnsure(most.without(claimed), now);
        return claimed;
    }

    private List<Claim> claimFrom(long daemon, Collection<Moves.Lane> lanes, Limits limits, Moves.Most most, long now) {
        Map<Long, Moves.Lane> open = new LinkedHashMap<>();
        lanes.forEach(lane -> open.put(lane.id(), lane));
        scopes.hold(open, limits, now);
        Limits.Room room = room(limits, now);
        List<Claim> claimed = new ArrayList<>();
        Moves.Most rest = most;
        // What has no room hides what stands behind it: so once more without those lanes.
        while (!rest.isNothing() && leaveOutFull(open, room)) {
            List<Head> heads = heads(open.values(), limits, rest);
            List<Head> fitting = fitting(heads, open, room, rest);
            List<Claim> moved = move(daemon, fitting, now);
            claimed.addAll(moved);
            rest = rest.without(moved);
            if (heads.isEmpty() || fitting.size() == heads.size()) {
                break;
            }
        }
        rates.note(claimed, limits, now);
        return claimed;
    }

    /** With room left, where no more was found but not all was searched. */
    private void noteIfUnsure(Moves.Most left, long now) {
        long millis = cursors.untilSure().plusNanos(999_999).toMillis();
        if (!left.isNothing() && millis > 0) {
            sureAt = Instant.ofEpochMilli(now + millis);
        }
    }

    void ended(boolean committed) {
        cursors.ended(committed);
        sureAt = null;
    }

    /**
     * When it is worth looking again: another daemon held a limit that jobs of these lanes have, or not all was searched.
     */
    Optional<Instant> heldUpUntil() {
        return Stream.of(scopes.heldUpUntil(), Optional.ofNullable(sureAt))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** False: no lane has room. */
    private static boolean leaveOutFull(Map<Long, Moves.Lane> lanes, Limits.Room room) {
        lanes.values().removeIf(lane -> !room.has(lane.queue(), lane.name()));
        return !lanes.isEmpty();
    }

    private static final String RUNNING =
            "select queue, name, count(*) from running join jobs on jobs.id = running.id group by queue, name";

    /** A running row is all that holds a place, so what a crash left behind gives it back with the job. */
    private Limits.Room room(Limits limits, long now) {
        Limits.Room room = limits.room();
        if (limits.hasConcurrency()) {
            statements.list(RUNNING, row -> {
                room.take(row.getString(1), row.getString(2), row.getInt(3));
                return true;
            });
        }
        rates.bound(room, limits, scopes.held(), now);
        return room;
    }

    /** A job that could be claimed, where its row is, and how much memory it needs at most, as {@link Claim#size} says. */
    private record Head(String place, long lane, int rank, long id, long size) {}

    /**
     * Found in the order in which they are to be claimed, so that no more are looked at and locked than are wanted. Each by
     * its place: by its key the planner may go through all of a lane for each.
     */
    private static final String HEADS =
            """
            select ready.ctid::text as place, ready.lane, ready.rank, ready.id,
              coalesce(2 * octet_length(payload) + 64, 0)
                + case args when '[]' then 0 else 2 * octet_length(args) + 64 * json_array_length(args::json) end as size
            from (
              select urgency, l.rank, next.id, next.place
              from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::integer[]) as l (lane, rank, after, urgency)
                cross join lateral (
                  select id, ctid as place from ready
                  where ready.lane = l.lane and ready.rank = l.rank and id > l.after order by id limit ?) as next
              order by urgency desc, rank, id
              limit ?) as head
              join ready on ready.ctid = head.place
              join jobs on jobs.id = ready.id
            order by head.urgency desc, head.rank, head.id
            limit ?
            for update of ready skip locked
            """;

    private List<Head> heads(Collection<Moves.Lane> lanes, Limits limits, Moves.Most most) {
        List<PostgresCursors.Cursor> found = cursors.of(lanes);
        List<Head> heads = heads(found, limits, most, WINDOW);
        return heads.isEmpty() ? heads(found, limits, most, WIDE_WINDOW) : heads;
    }

    private List<Head> heads(List<PostgresCursors.Cursor> found, Limits limits, Moves.Most most, int window) {
        return statements.list(
                HEADS,
                row -> new Head(row.getString(1), row.getLong(2), row.getInt(3), row.getLong(4), row.getLong(5)),
                found.stream().map(cursor -> cursor.lane().id()).toArray(Long[]::new),
                found.stream().map(PostgresCursors.Cursor::rank).toArray(Integer[]::new),
                found.stream().map(PostgresCursors.Cursor::after).toArray(Long[]::new),
                found.stream()
                        .map(cursor -> limits.priority(cursor.lane().queue()))
                        .toArray(Integer[]::new),
                (long) window * most.jobs(),
                (long) window * most.jobs(),
                most.jobs());
    }

    /** Those that there is room for, in their order. */
    private List<Head> fitting(List<Head> heads, Map<Long, Moves.Lane> lanes, Limits.Room room, Moves.Most most) {
        List<Head> fitting = new ArrayList<>();
        long size = 0;
        for (Head head : heads) {
            Moves.Lane lane = Objects.requireNonNull(lanes.get(head.lane));
            if (size >= most.size()) {
                break;
            }
            if (room.has(lane.queue(), lane.name())) {
                room.take(lane.queue(), lane.name(), 1);
                fitting.add(head);
                size += head.size;
                cursors.claimed(lane, head.rank, head.id);
            }
        }
        return fitting;
    }

    private static final String MOVE =
            """
            with gone as (
              delete from ready where ctid = any(?::text[]::tid[])
              returning lane, rank, id, attempt, forgiven),
            ran as (
              insert into running (id, lane, rank, attempt, forgiven, claimed_by, token, started_at)
              select id, lane, rank, attempt + 1, forgiven, ?::bigint, nextval('tokens'), ?::bigint from gone
              returning id, lane, attempt, forgiven, token)
            select ran.id, ran.token, ran.lane, ran.attempt, ran.forgiven, name, queue, priority, args, payload,
              max_attempts, timeout_ms, key is not null as keyed,
              case when ran.attempt = 1 and "after" is null then greatest(created_at, run_at) end as since
            from ran join jobs on jobs.id = ran.id
            """;

    private List<Claim> move(long daemon, List<Head> heads, long now) {
        if (heads.isEmpty()) {
            return List.of();
        }
        Instant started = Instant.ofEpochMilli(now);
        Map<Long, Claim> moved = new HashMap<>();
        statements.list(
                MOVE,
                row -> moved.put(row.getLong("id"), claim(row, started)),
                heads.stream().map(Head::place).toArray(String[]::new),
                daemon,
                now);
        if (moved.size() != heads.size()) {
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "cannot claim from the queue: a ready job was not there to be claimed: its tables disagree");
        }
        return heads.stream()
                .map(head -> Objects.requireNonNull(moved.get(head.id)))
                .toList();
    }

    private static Claim claim(ResultSet row, Instant started) throws SQLException {
        return new Claim(
                row.getLong("id"),
                row.getLong("token"),
                row.getLong("lane"),
                row.getInt("attempt"),
                row.getInt("forgiven"),
                started,
                row.getString("name"),
                row.getString("queue"),
                row.getLong("priority"),
                JsonList.strings(row.getString("args")),
                row.getString("payload"),
                Columns.integer(row, "max_attempts"),
                timeout(row),
                row.getBoolean("keyed"),
                null,
                waited(row, started));
    }

    /** By clocks that differ nothing has waited for less than nothing. */
    private static @Nullable Long waited(ResultSet row, Instant started) throws SQLException {
        Long since = Columns.number(row, "since");
        return since == null ? null : Long.valueOf(Math.max(0, started.toEpochMilli() - since));
    }

    private static final String CLAIMED_BY =
            """
            select running.id, token, running.lane, attempt, forgiven, started_at, name, queue, priority,
              '[]' as args, null as payload, max_attempts, timeout_ms, key is not null as keyed,
              case when attempt = 1 and "after" is null then greatest(created_at, run_at) end as since
            from running join jobs on jobs.id = running.id
            where claimed_by = ?
            order by running.id
            """;

    /** Without what the attempts were given: nobody runs these again under the same claim. */
    List<Claim> claimedBy(long daemon) {
        return statements.list(CLAIMED_BY, row -> claim(row, Instant.ofEpochMilli(row.getLong("started_at"))), daemon);
    }

    private static @Nullable Duration timeout(ResultSet row) throws SQLException {
        Long millis = Columns.number(row, "timeout_ms");
        return millis == null ? null : Duration.ofMillis(millis);
    }
}
