package org.workerd.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.Unicode;
import org.workerd.store.Columns;
import org.workerd.store.JsonList;
import org.workerd.store.Moves;
import org.workerd.store.StoreException;

/** ready → running. What it costs depends on the lanes looked at and the jobs claimed, not on those that wait. */
final class SqliteClaims {
    /** A daemon may make so many claims in its life before its tokens could meet the next daemon's. */
    private static final int CLAIMS_OF_A_DAEMON = 40;

    private final Statements statements;
    private final Tallies tallies;
    private final SqliteRates rates;
    private long claimsMade;

    SqliteClaims(Statements statements, Tallies tallies, SqliteRates rates) {
        this.statements = statements;
        this.tallies = tallies;
        this.rates = rates;
    }

    /** A row of no job, which only another program can have written, is passed over. */
    private static final String HEAD =
            """
            select priority, id from ready
            where lane = ? and exists (select 1 from jobs where jobs.id = ready.id)
            order by priority desc, id
            limit 1
            """;

    private static final String WAITING =
            """
            select r.priority, r.id, r.attempt, r.forgiven,
              j.max_attempts, j.timeout_ms, j.key is not null as keyed,
              iif(r.attempt = 0 and j."after" is null, max(j.created_at, coalesce(j.run_at, 0)), null) as since,
              iif(octet_length(j.args) <= 1048576, j.args, '[]') as args,
              iif(octet_length(j.payload) <= 1048576, j.payload, null) as payload,
              case
                when octet_length(j.args) > 1048576 then 'its args are longer than 1 MiB'
                when octet_length(j.payload) > 1048576 then 'its payload is longer than 1 MiB'
                when j.priority not between -100 and 100 then 'its priority is not -100 to 100'
                when j.max_attempts not between 1 and 1000 then 'its max_attempts is not 1 to 1000'
                when j.timeout_ms not between 1 and 3155760000000 then 'its timeout_ms is not 1 to 3155760000000'
              end as defect
            from ready r cross join jobs j on j.id = r.id
            where r.lane = ?
            order by r.priority desc, r.id
            """;

    /** The jobs of all lanes in one order: each lane's are in it already, so their heads are merged. */
    List<Claim> claim(long daemon, Collection<Moves.Lane> lanes, Limits limits, Moves.Most most, long now) {
        Limits.Room room = room(limits, now);
        PriorityQueue<Cursor> heads =
                new PriorityQueue<>(Comparator.comparingInt((Cursor cursor) -> -limits.priority(cursor.lane.queue()))
                        .thenComparing(cursor -> cursor.priority, Comparator.reverseOrder())
                        .thenComparingLong(cursor -> cursor.id));
        List<Cursor> cursors = new ArrayList<>();
        List<Claim> claimed = new ArrayList<>();
        long size = 0;
        Instant started = Instant.ofEpochMilli(now);
        try {
            for (Moves.Lane lane : Set.copyOf(lanes)) {
                head(lane).ifPresent(cursors::add);
            }
            heads.addAll(cursors);
            while (claimed.size() < most.jobs() && size < most.size() && !heads.isEmpty()) {
                Cursor best = heads.remove();
                if (!room.has(best.lane.queue(), best.lane.name())) {
                    continue;
                }
                Claim claim = best.take(token(daemon), started);
                claimed.add(claim);
                size += claim.size();
                room.take(best.lane.queue(), best.lane.name(), 1);
                if (best.advance()) {
                    heads.add(best);
                }
            }
        } finally {
            for (Cursor cursor : cursors) {
                cursor.close();
            }
        }
        move(daemon, claimed, now);
        rates.note(claimed, limits, now);
        return claimed;
    }

    private long token(long daemon) {
        return (daemon << CLAIMS_OF_A_DAEMON) + ++claimsMade;
    }

    void tokensBeyond(long token) {
        claimsMade = Math.max(claimsMade, token & ((1L << CLAIMS_OF_A_DAEMON) - 1));
    }

    private Optional<Cursor> head(Moves.Lane lane) {
        return statements.first(HEAD, row -> new Cursor(lane, row.getLong(1), row.getLong(2)), lane.id());
    }

    private static final String RUNNING = "select queue, name, running from lanes where running > 0";

    /** A running row is all that holds a place, so what a crash left behind gives it back with the job. */
    private Limits.Room room(Limits limits, long now) {
        Limits.Room room = limits.room();
        if (limits.hasConcurrency()) {
            tallies.write(statements);
            statements.list(RUNNING, row -> {
                room.take(row.getString(1), row.getString(2), row.getInt(3));
                return true;
            });
        }
        rates.bound(room, limits, now);
        return room;
    }

    private static final String LEAVE_READY = "delete from ready where lane = ? and priority = ? and id = ?";

    private static final String ENTER_RUNNING =
            """
            insert into running (id, lane, priority, attempt, forgiven, claimed_by, token, started_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private void move(long daemon, List<Claim> claimed, long now) {
        if (claimed.isEmpty()) {
            return;
        }
        for (Claim claim : claimed) {
            statements.batch(LEAVE_READY, claim.lane(), claim.priority(), claim.jobId());
        }
        for (int left : statements.runBatch(LEAVE_READY)) {
            if (left != 1) {
                throw disagreement("a ready job was not there to be claimed");
            }
        }
        for (Claim claim : claimed) {
            statements.batch(
                    ENTER_RUNNING,
                    claim.jobId(),
                    claim.lane(),
                    claim.priority(),
                    claim.attempt(),
                    claim.forgiven(),
                    daemon,
                    claim.token(),
                    now);
            tallies.move(claim.lane(), JobState.READY, JobState.RUNNING);
        }
        statements.runBatch(ENTER_RUNNING);
    }

    private static final String CLAIMED_BY =
            """
            select r.id, r.token, r.lane, r.attempt, r.forgiven, r.started_at, r.priority,
              j.name, j.queue, j.max_attempts, j.timeout_ms, j.key is not null as keyed,
              iif(r.attempt = 1 and j."after" is null, max(j.created_at, coalesce(j.run_at, 0)), null) as since
            from running r join jobs j on j.id = r.id
            where r.claimed_by = ?
            order by r.id
            """;

    /** Without what the attempts were given: nobody runs these again under the same claim. */
    List<Claim> claimedBy(long daemon) {
        return statements.list(
                CLAIMED_BY,
                row -> new Claim(
                        row.getLong("id"),
                        row.getLong("token"),
                        row.getLong("lane"),
                        row.getInt("attempt"),
                        row.getInt("forgiven"),
                        Instant.ofEpochMilli(row.getLong("started_at")),
                        row.getString("name"),
                        row.getString("queue"),
                        row.getLong("priority"),
                        List.of(),
                        null,
                        Columns.integer(row, "max_attempts"),
                        timeout(row),
                        row.getBoolean("keyed"),
                        null,
                        waited(row, Instant.ofEpochMilli(row.getLong("started_at")))),
                daemon);
    }

    private static @Nullable Duration timeout(ResultSet row) throws SQLException {
        Long millis = Columns.number(row, "timeout_ms");
        return millis == null ? null : Duration.ofMillis(millis);
    }

    /** By a clock that was set back nothing has waited for less than nothing. */
    private static @Nullable Long waited(ResultSet row, Instant now) throws SQLException {
        Long since = Columns.number(row, "since");
        return since == null ? null : Long.valueOf(Math.max(0, now.toEpochMilli() - since));
    }

    /** The args of a job, or why there are none. */
    private record Args(List<String> strings, @Nullable String defect) {
        static Args of(String json) {
            try {
                List<String> strings = JsonList.strings(json);
                boolean whole = strings.stream().allMatch(string -> Unicode.halfCharacter(string) < 0);
                return new Args(
                        strings,
                        whole ? null : "its args contain half a character, which cannot be passed to a program");
            } catch (StoreException broken) {
                return new Args(List.of(), "its args are not a JSON array of strings");
            }
        }
    }

    /** One lane's ready jobs, at the first that is not taken. Its rows are read only once it is that lane's turn. */
    private final class Cursor {
        private final Moves.Lane lane;
        private long priority;
        private long id;
        private Statements.@Nullable Cursor rows;

        Cursor(Moves.Lane lane, long priority, long id) {
            this.lane = lane;
            this.priority = priority;
            this.id = id;
        }

        Claim take(long token, Instant now) {
            return opened().read(row -> {
                String json = Objects.requireNonNull(Statements.text(row, "args"));
                Args args = Statements.isWhole(json, row, "args")
                        ? Args.of(json)
                        : new Args(List.of(), "its args are not UTF-8 text");
                String payload = Statements.text(row, "payload");
                String defect = Statements.isWhole(payload, row, "payload")
                        ? Statements.text(row, "defect")
                        : "its payload is not UTF-8 text";
                return new Claim(
                        id,
                        token,
                        lane.id(),
                        row.getInt("attempt") + 1,
                        row.getInt("forgiven"),
                        now,
                        lane.name(),
                        lane.queue(),
                        priority,
                        args.strings(),
                        payload,
                        Columns.integer(row, "max_attempts"),
                        timeout(row),
                        row.getBoolean("keyed"),
                        defect == null ? args.defect() : defect,
                        waited(row, now));
            });
        }

        /** False: there is no other. */
        boolean advance() {
            Statements.Cursor open = opened();
            if (!open.next()) {
                return false;
            }
            priority = open.read(row -> row.getLong("priority"));
            id = open.read(row -> row.getLong("id"));
            return true;
        }

        void close() {
            if (rows != null) {
                rows.close();
            }
        }

        private Statements.Cursor opened() {
            if (rows == null) {
                rows = statements.cursor(WAITING, lane.id());
                if (!rows.next()) {
                    throw disagreement("a ready job has no row");
                }
            }
            return rows;
        }
    }

    private static StoreException disagreement(String what) {
        return new StoreException(
                StoreException.Kind.OTHER, "cannot claim from the queue: " + what + ": its tables disagree");
    }
}
