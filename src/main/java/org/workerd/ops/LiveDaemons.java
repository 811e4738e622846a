package org.workerd.ops;

import java.util.List;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.DaemonView;

/** The daemons of a queue that live, as their locks tell; the rows of the others wait for somebody to clean up. */
public final class LiveDaemons {
    private LiveDaemons() {}

    public static List<DaemonView> of(JobQueries queries) {
        return queries.daemons().stream().filter(queries::isAlive).toList();
    }
}
