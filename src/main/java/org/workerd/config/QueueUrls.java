package org.workerd.config;

import java.nio.file.Path;
import org.workerd.store.QueueUrl;

/** Where a queue is, as somebody writes it elsewhere than in the configuration. Stateless. */
public final class QueueUrls {
    private QueueUrls() {}

    /**
     * As {@code queue.url}.
     *
     * @param base what a relative path is relative to
     * @throws IllegalArgumentException with what is wrong, to follow the name of what it was given for
     */
    public static QueueUrl parse(String text, Path base) {
        return SettingType.QUEUE.reading().read(text, base);
    }
}
