package org.workerd.http.pages;

import java.util.List;
import org.workerd.ops.ListenState;

/**
 * All daemons that live.
 *
 * @param listens where this one speaks HTTP
 */
public record DaemonsPage(
        Frame frame,
        List<Line> daemons,
        List<JobLine> running,
        List<ListenState> listens,
        String queue,
        String directory,
        String free) {
    public DaemonsPage {
        daemons = List.copyOf(daemons);
        running = List.copyOf(running);
        listens = List.copyOf(listens);
    }

    /** A daemon in a table. */
    public record Line(long pid, String host, int busy, int slots, Moment since, boolean isThis) {}
}
