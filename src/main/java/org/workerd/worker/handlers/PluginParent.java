package org.workerd.worker.handlers;

import java.util.List;
import org.workerd.api.JobHandler;

/**
 * What a plugin sees of us: beside the JDK the interfaces that it is written against, and the client. Of our libraries it
 * sees slf4j's API alone, so that it may bring any version of all others.
 */
final class PluginParent extends ClassLoader {
    private static final List<String> SHOWN = List.of(
            "org.workerd.api.",
            "org.workerd.client.",
            "org.workerd.job.NewJob",
            "org.workerd.job.JobState",
            "org.workerd.store.StoreException",
            "org.slf4j.");

    PluginParent() {
        super("workerd", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (SHOWN.stream().noneMatch(name::startsWith)) {
            throw new ClassNotFoundException(name);
        }
        return Class.forName(name, false, JobHandler.class.getClassLoader());
    }
}
