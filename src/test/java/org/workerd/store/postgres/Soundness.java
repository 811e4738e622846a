package org.workerd.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds of a queue's tables at any time, whoever works with it. */
final class Soundness {
    private Soundness() {}

    private static final String IN_NOT_ONE_PLACE =
            """
            select j.id from jobs j left join (
              select id from blocked union all select id from scheduled union all select id from ready
              union all select id from running union all select id from finished) p on p.id = j.id
            group by j.id having count(p.id) <> 1
            """;

    private static final String OF_NO_JOB =
            """
            select id from (
              select id from blocked union all select id from scheduled union all select id from ready
              union all select id from running union all select id from finished union all select id from keys
              union all select id from revivals union all select id from progress union all select id from attempts
              union all select id from tags
              union all select id from outputs) p
            where not exists (select from jobs j where j.id = p.id)
            """;

    private static final String MISCOUNTED =
            """
            select coalesce(t.queue, f.queue) from (
              select queue, sum(done) as done, sum(dead) as dead, sum(cancelled) as cancelled
              from tallies group by queue) t
            full join (
              select queue, count(*) filter (where state = 'done') as done, count(*) filter (where state = 'dead') as dead,
                count(*) filter (where state = 'cancelled') as cancelled
              from finished join jobs using (id) group by queue) f on f.queue = t.queue
            where coalesce(t.done, 0) <> coalesce(f.done, 0) or coalesce(t.dead, 0) <> coalesce(f.dead, 0)
              or coalesce(t.cancelled, 0) <> coalesce(f.cancelled, 0)
            """;

    private static final String IN_ANOTHERS_LANE =
            """
            select id from (
              select id, lane, rank from blocked union all select id, lane, rank from scheduled
              union all select id, lane, rank from ready union all select id, lane, rank from running) p
              join jobs j using (id)
            where p.lane <> lane_of(j.queue, j.name) or p.rank <> -j.priority
            union all
            select id from finished f join jobs j using (id) where f.lane <> lane_of(j.queue, j.name)
            """;

    private static final String KEYS_ASTRAY =
            """
            select j.id from jobs j
            where j.key is not null
              and exists (select from keys k where k.key = j.key and k.id = j.id)
                = exists (select from finished f where f.id = j.id)
            """;

    private static final String EDGES_ASTRAY =
            """
            select parent || ' > ' || child from edges
            where child not in (select id from jobs) or (parent not in (select id from jobs) and ended is null)
            """;

    /** Somebody will look at each of them: it has not been looked at for sure, or its parent left word. */
    private static final String FORGOTTEN =
            """
            select id from blocked
            where sure
              and (not exists (select from waits where child = id)
                or exists (select from waits where child = id and state <> 'unfinished'))
              and not exists (select from ended_parents join edges using (parent) where child = id)
            """;

    static void check(TestQueue queue) {
        none(queue, "jobs that are not in one place", IN_NOT_ONE_PLACE);
        none(queue, "rows of no job", OF_NO_JOB);
        none(queue, "queues that are miscounted", MISCOUNTED);
        none(queue, "rows in another job's lane or rank", IN_ANOTHERS_LANE);
        none(queue, "keys freed too early or too late", KEYS_ASTRAY);
        none(queue, "edges that lead nowhere", EDGES_ASTRAY);
        none(queue, "blocked jobs that nobody will look at", FORGOTTEN);
    }

    private static void none(TestQueue queue, String what, String sql) {
        assertThat(queue.rows(sql)).as(what).isEmpty();
    }
}
