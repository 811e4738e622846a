package org.workerd.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.http.pages.JobLine;
import org.workerd.ops.WaitReasons;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobQueries.Found;
import org.workerd.store.JobView;

/**
 * Jobs as tables of pages show them.
 *
 * @param next below which job the next page begins; null: there is none
 * @param lookedBackTo the job at which the search stopped; null: it did not
 */
record JobLines(List<JobLine> lines, @Nullable Long next, @Nullable Long lookedBackTo) {
    /** With payloads of a megabyte each there must not be many in memory at once. */
    private static final int AT_ONCE = 10;

    static JobLines of(Room room, JobQueries queries, Filter filter, int limit, long before) {
        WaitReasons reasons = room.reasons(queries);
        List<JobLine> lines = new ArrayList<>();
        long below = before;
        boolean more = true;
        Long lookedBackTo = null;
        while (more && lines.size() < limit) {
            Found found = queries.list(filter, Math.min(AT_ONCE, limit - lines.size()), below);
            Map<Long, WaitsFor> waits = reasons.of(found.jobs());
            for (JobView job : found.jobs()) {
                lines.add(line(room, job, waits.get(job.id())));
                below = job.id();
            }
            lookedBackTo = found.lookedBackTo();
            more = found.more();
        }
        return new JobLines(lines, more ? Long.valueOf(below) : lookedBackTo, lookedBackTo);
    }

    static JobLine line(Room room, JobView job, @Nullable WaitsFor waitsFor) {
        return JobLine.of(job, room.settings().policies().of(job.name()), waitsFor, room.now());
    }
}
