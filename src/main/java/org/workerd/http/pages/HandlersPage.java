package org.workerd.http.pages;

import java.util.List;
import java.util.Map;
import org.workerd.ops.HandlerRow;

/**
 * All handlers.
 *
 * @param missing names that have ready jobs and no handler, and why
 */
public record HandlersPage(Frame frame, String directory, List<HandlerRow> handlers, Map<String, String> missing) {
    public HandlersPage {
        handlers = List.copyOf(handlers);
    }
}
