package org.workerd.http.pages;

import java.util.List;
import org.workerd.ops.History;

/**
 * The first page: what is wrong, then how it goes.
 *
 * @param running those that run, the newest of them
 * @param failed those that died or failed lately
 */
public record OverviewPage(
        Frame frame,
        List<Trouble> troubles,
        List<Tile> tiles,
        Charts charts,
        List<QueueLine> queues,
        List<JobLine> running,
        List<JobLine> failed) {
    /** The same page with a longer or shorter past. */
    public String with(History.Window window) {
        return frame.href(Query.of("window", window.word()).behind("/"));
    }

    public OverviewPage {
        troubles = List.copyOf(troubles);
        tiles = List.copyOf(tiles);
        queues = List.copyOf(queues);
        running = List.copyOf(running);
        failed = List.copyOf(failed);
    }
}
