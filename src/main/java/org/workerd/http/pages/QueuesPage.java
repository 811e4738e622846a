package org.workerd.http.pages;

import java.util.List;

/** All queues. */
public record QueuesPage(Frame frame, List<QueueLine> queues, boolean allPaused) {
    public QueuesPage {
        queues = List.copyOf(queues);
    }
}
