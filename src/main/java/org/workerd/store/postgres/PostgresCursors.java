package org.workerd.store.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.workerd.store.Moves.Lane;

/**
 * Where the first ready job of each lane and rank can be. A claim that began with a lane's first row would walk over every
 * row that was claimed and not cleaned up, and while somebody's transaction stays open none is: 160,000 of them cost 10 ms
 * a claim, with a cursor 0.1. But a job that is put back, or stored by a transaction that took long, comes to lie before
 * the cursor, and a lane or a rank that is new has none. So all is searched from its beginning each time while that is
 * cheap, and seldom enough once it is not. For one connection.
 */
final class PostgresCursors {
    /**
     * When a search is repeated only now and then: it took longer, and not for want of time of a busy machine.
     *
     * @param share of the time, one part in so many may then go into searches
     */
    record SearchBudget(Duration cheap, int fewDead, int share) {
        private static final SearchBudget OURS = new SearchBudget(Duration.ofNanos(500_000), 10_000, 10);
    }

    /** Where nothing is ready any more a cursor is kept, but not of so many. */
    private static final int MOST_KEPT = 100;

    private final Statements statements;
    private final SearchBudget budget;
    private final CombinedQuery<Found> everywhere;
    private final Map<Side, Known> sides = new EnumMap<>(Side.class);

    PostgresCursors(Statements statements) {
        this(statements, SearchBudget.OURS);
    }

    PostgresCursors(Statements statements, SearchBudget budget) {
        this.statements = statements;
        this.budget = budget;
        this.everywhere = new CombinedQuery<>(statements, () -> search(Long.MIN_VALUE, Long.MAX_VALUE));
        for (Side side : Side.values()) {
            sides.put(side, new Known());
        }
    }

    /** The ids of lanes in which alarms are lie apart from all others. */
    enum Side {
        ALARMS(Long.MIN_VALUE, -1),
        ORDINARY(0, Long.MAX_VALUE);

        private final long first;
        private final long last;

        Side(long first, long last) {
            this.first = first;
            this.last = last;
        }

        static Side of(Lane lane) {
            return lane.id() < 0 ? ALARMS : ORDINARY;
        }
    }

    private record Place(long lane, int rank) {}

    /** Before this place nothing of the lane and the rank is ready, as far as is known. */
    record Cursor(Lane lane, int rank, long after) {
        private Place place() {
            return new Place(lane.id(), rank);
        }
    }

    /** What is known of one side. */
    private static final class Known {
        private final Map<Place, Cursor> cursors = new LinkedHashMap<>();
        /** Where this transaction has found ready jobs. */
        private final Set<Place> open = new HashSet<>();

        private boolean isLooked;
        /** In the transaction before, too. */
        private boolean wasLooked;

        private boolean isSearched;
        private long searchedAt;
        /** Until the next search may begin, from the last one on; 0: it was cheap. */
        private long pauseNanos;

        private long left() {
            return searchedAt + pauseNanos - System.nanoTime();
        }

        private boolean isSearchDue() {
            return cursors.isEmpty() || pauseNanos == 0 || left() <= 0;
        }

        private void found(Cursor cursor) {
            cursors.put(cursor.place(), cursor);
            open.add(cursor.place());
        }
    }

    private Known known(Side side) {
        return Objects.requireNonNull(sides.get(side));
    }

    /** Where jobs are ready now. */
    List<Lane> lanes(Side side) {
        Known known = known(side);
        known.open.clear();
        known.isSearched = known.isSearchDue();
        known.isLooked = true;
        List<Cursor> found = known.isSearched ? search(side, known) : look(known.cursors.values());
        found.forEach(known::found);
        return found.stream().map(Cursor::lane).distinct().toList();
    }

    /** Of these lanes, those where jobs are ready, or were when this transaction looked first. */
    List<Cursor> of(Collection<Lane> lanes) {
        List<Cursor> cursors = new ArrayList<>();
        Set<Lane> wanted = new HashSet<>(lanes);
        for (Map.Entry<Side, Known> side : sides.entrySet()) {
            Known known = side.getValue();
            if (wanted.stream().anyMatch(lane -> Side.of(lane) == side.getKey())) {
                if (!known.isLooked) {
                    lanes(side.getKey());
                }
                known.cursors.values().stream()
                        .filter(cursor -> known.open.contains(cursor.place()) && wanted.contains(cursor.lane()))
                        .forEach(cursors::add);
            }
        }
        return cursors;
    }

    /** A ready job was claimed, the first that there was. */
    void claimed(Lane lane, int rank, long job) {
        known(Side.of(lane)).found(new Cursor(lane, rank, job));
    }

    /** How long until it is known for sure whether there are more; 0: it is known. */
    Duration untilSure() {
        return Duration.ofNanos(sides.values().stream()
                .filter(known -> known.isLooked && !known.isSearched)
                .mapToLong(known -> Math.max(1, known.left()))
                .max()
                .orElse(0));
    }

    /** What was claimed in one that was rolled back is ready still. */
    void ended(boolean committed) {
        everywhere.forget();
        for (Known known : sides.values()) {
            known.wasLooked = known.isLooked;
            known.isLooked = false;
            known.open.clear();
            if (!committed) {
                known.cursors.clear();
            }
        }
    }

    /** From the first job of a lane and a rank to the first of the next, a seek each. */
    private static final String SEARCH =
            """
            with recursive heads (lane, rank, id) as (
              (select lane, rank, id from ready where lane between ? and ? order by lane, rank, id limit 1)
              union all
              (select next.lane, next.rank, next.id from heads cross join lateral (
                select lane, rank, id from ready
                where (lane, rank) > (heads.lane, heads.rank) and lane <= ?
                order by lane, rank, id limit 1) as next))
            select heads.lane, rank, heads.id, queue, name from heads join jobs on jobs.id = heads.id
            where not exists (
              select from pauses where pauses.queue = jobs.queue or (pauses.queue = '*' and jobs.queue <> 'alarms'))
            """;

    /** Everything that a search found, and what it took. */
    private record Found(List<Cursor> cursors, long nanos, long at) {}

    private Found search(long first, long last) {
        long begun = System.nanoTime();
        List<Cursor> cursors = statements.list(
                SEARCH,
                row -> new Cursor(
                        new Lane(row.getLong("lane"), row.getString("queue"), row.getString("name")),
                        row.getInt("rank"),
                        row.getLong("id") - 1),
                first,
                last,
                last);
        long ended = System.nanoTime();
        return new Found(cursors, ended - begun, ended);
    }

    /**
     * Where both sides are searched anyway, by one statement; what it takes is put down to the ordinary side, which is asked for
     * last: not in each transaction, for without a free slot it is of no interest.
     */
    private List<Cursor> search(Side side, Known known) {
        boolean isOfBoth = sides.values().stream().allMatch(one -> one.wasLooked && one.isSearchDue());
        Found found = isOfBoth ? everywhere.answer() : search(side.first, side.last);
        List<Cursor> cursors = found.cursors.stream()
                .filter(cursor -> Side.of(cursor.lane()) == side)
                .toList();
        known.searchedAt = found.at;
        boolean isCheap =
                (isOfBoth && side == Side.ALARMS) || found.nanos <= budget.cheap.toNanos() || dead() < budget.fewDead;
        known.pauseNanos = isCheap ? 0 : budget.share * found.nanos;
        if (known.pauseNanos == 0 || known.cursors.size() > MOST_KEPT) {
            known.cursors.clear();
        }
        return cursors;
    }

    private static final String DEAD = "select pg_stat_get_dead_tuples('ready'::regclass)";

    /** As the server believes. */
    private long dead() {
        return statements.number(DEAD);
    }

    private static final String LOOK =
            """
            select l.number, first.id
            from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::text[])
                with ordinality as l (lane, rank, after, queue, number)
              cross join lateral (
                select id from ready where ready.lane = l.lane and ready.rank = l.rank and id > l.after
                order by id limit 1) as first
            where not exists (
              select from pauses where pauses.queue = l.queue or (pauses.queue = '*' and l.queue <> 'alarms'))
            """;

    private List<Cursor> look(Collection<Cursor> cursors) {
        List<Cursor> known = List.copyOf(cursors);
        return statements.list(
                LOOK,
                row -> {
                    Cursor cursor = known.get(row.getInt("number") - 1);
                    return new Cursor(cursor.lane(), cursor.rank(), row.getLong("id") - 1);
                },
                known.stream().map(cursor -> cursor.lane().id()).toArray(Long[]::new),
                known.stream().map(Cursor::rank).toArray(Integer[]::new),
                known.stream().map(Cursor::after).toArray(Long[]::new),
                known.stream().map(cursor -> cursor.lane().queue()).toArray(String[]::new));
    }
}
