package org.workerd.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.store.Columns;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.Walk.Place;

/** Where the jobs are that a filter can mean, so that nobody looks through the others. For one thread. */
final class SqlitePlaces {
    /** So many jobs are sooner looked at than all those of a schedule. */
    private static final int MANY = 2_000;
    /** The jobs of a tag that has more are not gone through to find those of a state. */
    static final int MOST_COUNTED = 20_000;

    private final Statements statements;

    SqlitePlaces(Statements statements) {
        this.statements = statements;
    }

    /** Every job that matches is in one of them; others may be, too, where {@link Filter#isExact} says no. */
    List<Place> of(Filter filter) {
        if (filter.key() != null) {
            return List.of(place(OF_KEY, filter.key()));
        }
        if (filter.cron() != null && filter.states().isEmpty()) {
            return List.of(place(OF_CRON, filter.cron()));
        }
        if (!filter.isByLane()) {
            return List.of(filter.tag() == null ? place(ALL) : place(OF_TAG, filter.tag()));
        }
        List<Lane> lanes = lanes(filter);
        long tagged = filter.tag() == null ? Long.MAX_VALUE : tagged(filter.tag());
        if (filter.tag() != null && filter.states().isEmpty() && tagged <= countAll(lanes)) {
            return List.of(place(OF_TAG, filter.tag()));
        }
        List<Place> places = new ArrayList<>();
        for (JobState state : filter.possibleStates()) {
            List<Lane> holding = lanes.stream().filter(lane -> lane.has(state)).toList();
            if (filter.cron() != null && count(holding, state) > MANY) {
                places.add(ofCron(filter.cron(), state));
            } else if (filter.tag() != null && tagged <= count(holding, state)) {
                places.add(ofTag(filter.tag(), state));
            } else if (!holding.isEmpty()) {
                places.addAll(of(state, holding, filter));
            }
        }
        return places;
    }

    private record Lane(long id, Map<JobState, Long> counts) {
        boolean has(JobState state) {
            return count(state) > 0;
        }

        long count(JobState state) {
            return counts.getOrDefault(state, 0L);
        }
    }

    private static long count(List<Lane> lanes, JobState state) {
        return lanes.stream().mapToLong(lane -> lane.count(state)).sum();
    }

    private static long countAll(List<Lane> lanes) {
        return lanes.stream()
                .flatMap(lane -> lane.counts().values().stream())
                .mapToLong(count -> count)
                .sum();
    }

    private static final String TAGGED = "select count(*) from (select 1 from tags where tag = ? limit ?)";

    private long tagged(String tag) {
        long counted = statements.number(TAGGED, tag, MOST_COUNTED);
        return counted < MOST_COUNTED ? counted : Long.MAX_VALUE;
    }

    private static final String LANES =
            "select * from lanes where (?1 is null or queue = ?1) and (?2 is null or name = ?2)";

    private List<Lane> lanes(Filter filter) {
        return statements.list(LANES, SqlitePlaces::lane, filter.queue(), filter.name());
    }

    private static Lane lane(ResultSet row) throws SQLException {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            counts.put(state, row.getLong(state.word()));
        }
        return new Lane(row.getLong("id"), counts);
    }

    private static final String ALL = "select id from jobs where id < ? order by id desc limit ?";

    private static final String OF_KEY = "select id from jobs where id < ? and key = ?3 order by id desc limit ?2";

    private static final String OF_CRON =
            "select id from cron_jobs where id < ? and cron = ?3 order by id desc limit ?2";

    private static final String OF_CRON_ENDED =
            """
            select id from cron_jobs
            where id < ?1 and cron = ?3
              and exists (select 1 from finished where finished.id = cron_jobs.id and state = ?4)
            order by id desc limit ?2
            """;

    private static final String OF_CRON_OPEN =
            """
            select id from cron_jobs
            where id < ?1 and cron = ?3
              and not exists (select 1 from finished where finished.id = cron_jobs.id)
              and (select state from job_status where job_status.id = cron_jobs.id) = ?4
            order by id desc limit ?2
            """;

    /** The state of each of its jobs is looked up: a schedule has thousands of jobs where a queue has millions. */
    private Place ofCron(String cron, JobState state) {
        return place(state.isFinal() ? OF_CRON_ENDED : OF_CRON_OPEN, cron, state.word());
    }

    private static final String OF_TAG = "select id from tags where id < ? and tag = ?3 order by id desc limit ?2";

    private static final String OF_TAG_ENDED =
            """
            select id from tags
            where id < ?1 and tag = ?3
              and exists (select 1 from finished where finished.id = tags.id and state = ?4)
            order by id desc limit ?2
            """;

    private static final String OF_TAG_OPEN =
            """
            select id from tags
            where id < ?1 and tag = ?3
              and not exists (select 1 from finished where finished.id = tags.id)
              and (select state from job_status where job_status.id = tags.id) = ?4
            order by id desc limit ?2
            """;

    /** The same of a tag that has no more jobs than there are in this state. */
    private Place ofTag(String tag, JobState state) {
        return place(state.isFinal() ? OF_TAG_ENDED : OF_TAG_OPEN, tag, state.word());
    }

    private static final String BLOCKED =
            "select id from blocked where id < ?1 and lane = ?3 order by id desc limit ?2";

    private static final String SCHEDULED =
            "select id from scheduled where id < ?1 and lane = ?3 and retrying = 0 order by id desc limit ?2";

    private static final String RETRYING =
            "select id from scheduled where id < ?1 and lane = ?3 and retrying = 1 order by id desc limit ?2";

    /** They are few: no more than daemons claim. */
    private static final String RUNNING =
            """
            select id from running
            where id < ?1 and lane in (select value from json_each(?3))
            order by id desc limit ?2
            """;

    private static final String ENDED_BADLY =
            """
            select id from finished
            where id < ?1 and lane = ?3 and state = ?4 and state <> 'done'
            order by id desc limit ?2
            """;

    private List<Place> of(JobState state, List<Lane> lanes, Filter filter) {
        return switch (state) {
            case BLOCKED -> each(BLOCKED, lanes);
            case SCHEDULED -> each(SCHEDULED, lanes);
            case READY -> ready(lanes);
            case RUNNING -> List.of(place(RUNNING, json(lanes)));
            case RETRYING -> each(RETRYING, lanes);
            case DONE -> List.of(new SqliteThousands(statements, json(lanes), Columns.millis(filter.finishedSince())));
            case DEAD, CANCELLED ->
                lanes.stream()
                        .map(lane -> place(ENDED_BADLY, lane.id(), state.word()))
                        .toList();
        };
    }

    private List<Place> each(String sql, List<Lane> lanes) {
        return lanes.stream().map(lane -> place(sql, lane.id())).toList();
    }

    /** From a priority to the next lower one, a seek each. */
    private static final String PRIORITIES =
            """
            with recursive heads (priority) as (
              select max(priority) from ready where lane = ?1
              union all
              select (select max(priority) from ready where lane = ?1 and priority < heads.priority)
              from heads where priority is not null
            )
            select priority from heads where priority is not null
            """;

    private static final String READY =
            "select id from ready where id < ?1 and lane = ?3 and priority = ?4 order by id desc limit ?2";

    private List<Place> ready(List<Lane> lanes) {
        List<Place> places = new ArrayList<>();
        for (Lane lane : lanes) {
            for (int priority : statements.list(PRIORITIES, row -> row.getInt(1), lane.id())) {
                places.add(place(READY, lane.id(), priority));
            }
        }
        return places;
    }

    private static String json(List<Lane> lanes) {
        return lanes.stream().map(lane -> Long.toString(lane.id())).collect(Collectors.joining(",", "[", "]"));
    }

    private Place place(String sql, @Nullable Object... parameters) {
        return (below, most) -> statements.list(
                sql,
                row -> row.getLong(1),
                Stream.concat(Stream.of(below, most), Stream.of(parameters)).toArray());
    }
}
