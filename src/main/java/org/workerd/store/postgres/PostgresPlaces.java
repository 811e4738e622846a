package org.workerd.store.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.Walk.Place;

/** Where the jobs are that a filter can mean, so that nobody looks through the others. For one thread. */
final class PostgresPlaces {
    private final Statements statements;

    PostgresPlaces(Statements statements) {
        this.statements = statements;
    }

    /** Every job that matches is in one of them; others may be, too, where {@link Filter#isExact} says no. */
    List<Place> of(Filter filter) {
        if (filter.key() != null) {
            return List.of(place(OF_KEY, filter.key()));
        }
        if (filter.cron() != null) {
            return List.of(place(OF_CRON, filter.cron()));
        }
        if (filter.tag() != null && (!filter.isByLane() || isRare(filter.tag()))) {
            return List.of(place(OF_TAG, filter.tag()));
        }
        if (!filter.isByLane()) {
            return List.of(place(ALL));
        }
        List<Place> places = new ArrayList<>();
        for (JobState state : filter.possibleStates()) {
            of(state, filter.queue(), filter.name()).ifPresent(places::add);
        }
        return places;
    }

    private static final String TAGGED = "select count(*) from (select from tags where tag = ? limit ?) as counted";

    /** All of its jobs may be looked at. */
    private boolean isRare(String tag) {
        return statements.number(TAGGED, tag, PostgresSearch.FARTHEST) < PostgresSearch.FARTHEST;
    }

    private static final String ALL = "select id from jobs where id < ? order by id desc limit ?";

    private static final String OF_KEY =
            """
            select jobs.id from (select ?::bigint as id, ?::bigint as most, ?::text as key) as asked, lateral (
              select id from jobs where jobs.id < asked.id and jobs.key = asked.key order by id desc limit asked.most) as jobs
            """;

    private static final String OF_CRON =
            """
            select jobs.id from (select ?::bigint as id, ?::bigint as most, ?::text as cron) as asked, lateral (
              select id from cron_jobs where cron_jobs.id < asked.id and cron_jobs.cron = asked.cron
              order by id desc limit asked.most) as jobs
            """;

    private static final String OF_TAG =
            """
            select jobs.id from (select ?::bigint as id, ?::bigint as most, ?::text as tag) as asked, lateral (
              select id from tags where tags.id < asked.id and tags.tag = asked.tag
              order by id desc limit asked.most) as jobs
            """;

    /** From the first job of a lane to the first of the next, a seek each; then those of the queue and the name. */
    private static final String LANES_BLOCKED =
            """
            with recursive heads (lane, id) as (
              (select lane, id from blocked order by lane limit 1)
              union all
              (select next.lane, next.id from heads cross join lateral (
                select lane, id from blocked where lane > heads.lane order by lane limit 1) as next))
            select heads.lane from heads join jobs on jobs.id = heads.id
            where queue = coalesce(?::text, queue) and name = coalesce(?::text, name)
            """;

    private static final String LANES_SCHEDULED =
            """
            with recursive heads (lane, id) as (
              (select lane, id from scheduled order by lane limit 1)
              union all
              (select next.lane, next.id from heads cross join lateral (
                select lane, id from scheduled where lane > heads.lane order by lane limit 1) as next))
            select heads.lane from heads join jobs on jobs.id = heads.id
            where queue = coalesce(?::text, queue) and name = coalesce(?::text, name)
            """;

    private static final String LANES_FINISHED =
            """
            with recursive heads (lane, id) as (
              (select lane, id from finished order by lane limit 1)
              union all
              (select next.lane, next.id from heads cross join lateral (
                select lane, id from finished where lane > heads.lane order by lane limit 1) as next))
            select heads.lane from heads join jobs on jobs.id = heads.id
            where queue = coalesce(?::text, queue) and name = coalesce(?::text, name)
            """;

    private static final String BLOCKED =
            """
            select job.id from unnest(?::bigint[]) as lanes (lane), lateral (
              select id from blocked where blocked.lane = lanes.lane and id < ? order by id desc limit ?) as job
            order by id desc limit ?
            """;

    private static final String SCHEDULED =
            """
            select job.id from unnest(?::bigint[]) as lanes (lane), lateral (
              select id from scheduled where scheduled.lane = lanes.lane and retrying = ? and id < ?
              order by id desc limit ?) as job
            order by id desc limit ?
            """;

    private static final String FINISHED =
            """
            select job.id from unnest(?::bigint[]) as lanes (lane), lateral (
              select id from finished where finished.lane = lanes.lane and state = ? and id < ?
              order by id desc limit ?) as job
            order by id desc limit ?
            """;

    private static final String RANKS_READY =
            """
            with recursive heads (lane, rank, id) as (
              (select lane, rank, id from ready order by lane, rank limit 1)
              union all
              (select next.lane, next.rank, next.id from heads cross join lateral (
                select lane, rank, id from ready where (lane, rank) > (heads.lane, heads.rank)
                order by lane, rank limit 1) as next))
            select heads.lane, rank from heads join jobs on jobs.id = heads.id
            where queue = coalesce(?::text, queue) and name = coalesce(?::text, name)
            """;

    private static final String READY =
            """
            select job.id from unnest(?::bigint[], ?::integer[]) as ranks (lane, rank), lateral (
              select id from ready where ready.lane = ranks.lane and ready.rank = ranks.rank and id < ?
              order by id desc limit ?) as job
            order by id desc limit ?
            """;

    /** They are few: no more than daemons claim. */
    private static final String RUNNING =
            """
            select running.id from running join jobs on jobs.id = running.id
            where queue = coalesce(?::text, queue) and name = coalesce(?::text, name) and running.id < ?
            order by running.id desc limit ?
            """;

    /** Empty: there are none. */
    private Optional<Place> of(JobState state, @Nullable String queue, @Nullable String name) {
        return switch (state) {
            case BLOCKED -> inLanes(BLOCKED, LANES_BLOCKED, queue, name);
            case SCHEDULED -> inLanes(SCHEDULED, LANES_SCHEDULED, queue, name, false);
            case RETRYING -> inLanes(SCHEDULED, LANES_SCHEDULED, queue, name, true);
            case READY -> ready(queue, name);
            case RUNNING -> Optional.of((below, most) -> ids(RUNNING, queue, name, below, most));
            case DONE, DEAD, CANCELLED -> inLanes(FINISHED, LANES_FINISHED, queue, name, state.word());
        };
    }

    private Optional<Place> inLanes(
            String sql, String lanesSql, @Nullable String queue, @Nullable String name, Object... more) {
        Long[] lanes =
                statements.list(lanesSql, row -> row.getLong(1), queue, name).toArray(Long[]::new);
        if (lanes.length == 0) {
            return Optional.empty();
        }
        return Optional.of((below, most) -> ids(
                sql,
                Stream.of(Stream.<Object>of((Object) lanes), Stream.of(more), Stream.<Object>of(below, most, most))
                        .flatMap(all -> all)
                        .toArray()));
    }

    private record Rank(long lane, int rank) {}

    private Optional<Place> ready(@Nullable String queue, @Nullable String name) {
        List<Rank> ranks = statements.list(RANKS_READY, row -> new Rank(row.getLong(1), row.getInt(2)), queue, name);
        Long[] lanes = ranks.stream().map(Rank::lane).toArray(Long[]::new);
        Integer[] numbers = ranks.stream().map(Rank::rank).toArray(Integer[]::new);
        if (ranks.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of((below, most) -> ids(READY, lanes, numbers, below, most, most));
    }

    private List<Long> ids(String sql, @Nullable Object... parameters) {
        return statements.list(sql, row -> row.getLong(1), parameters);
    }

    private Place place(String sql, Object... parameters) {
        return (below, most) -> ids(
                sql,
                Stream.concat(Stream.of(below, most), Stream.of(parameters)).toArray());
    }
}
