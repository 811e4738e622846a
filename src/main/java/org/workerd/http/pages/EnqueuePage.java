package org.workerd.http.pages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form that stores a job.
 *
 * @param values what stands in its fields
 * @param objection why it was not stored; null: it was not tried yet
 * @param handlers the names that can run
 * @param isForced there is no handler, and it can be stored all the same
 */
public record EnqueuePage(
        Frame frame,
        Map<String, String> values,
        @Nullable String objection,
        List<String> handlers,
        List<String> queues,
        boolean isForced) {
    public EnqueuePage {
        handlers = List.copyOf(handlers);
        queues = List.copyOf(queues);
    }

    public String value(String field) {
        return values.getOrDefault(field, "");
    }
}
