package org.workerd.worker.handlers;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.api.JobHandler;
import org.workerd.job.Names;

/** Loads the handlers of a jar, in a class loader of its own. Stateless. */
final class PluginJar {
    private static final Logger LOG = LoggerFactory.getLogger(PluginJar.class);
    private static final String SERVICES = "META-INF/services/" + JobHandler.class.getName();
    private static final ClassLoader PARENT = new PluginParent();
    private static final Cleaner CLEANER = Cleaner.create();

    private PluginJar() {}

    /**
     * The handlers of the jar by name.
     *
     * @param name of the jar, as it stands in traces before its classes
     * @param copy a file of ours that nobody else writes: a jar that changes under an open class loader breaks it. It is
     *     removed once the loader is collected, for until then an attempt may need another class of it
     * @throws IllegalArgumentException with a sentence, when it is not as it should be
     */
    static Map<String, JobHandler> load(String name, Path copy) throws IOException {
        try {
            check(copy);
            URL[] urls = {copy.toUri().toURL()};
            URLClassLoader loader = new URLClassLoader(name, urls, PARENT);
            CLEANER.register(loader, () -> remove(copy));
            return handlers(loader);
        } catch (IOException | RuntimeException | Error failure) {
            remove(copy);
            throw failure;
        }
    }

    /** A class loader passes over a broken jar in silence. */
    private static void check(Path copy) throws IOException {
        try (JarFile jar = new JarFile(copy.toFile())) {
            if (jar.getEntry(SERVICES) == null) {
                throw new IllegalArgumentException("it has no " + SERVICES);
            }
        }
    }

    /** Those that this class loader finds. */
    static Map<String, JobHandler> handlers(ClassLoader loader) {
        Map<String, JobHandler> handlers = new TreeMap<>();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            // The services file may name none: then there is nothing to refuse either.
            for (JobHandler handler : ServiceLoader.load(JobHandler.class, loader)) {
                String name = Names.checked("the name of " + handler.getClass().getName(), name(handler));
                if (handlers.put(name, handler) != null) {
                    throw new IllegalArgumentException("it has two handlers named " + name);
                }
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        return handlers;
    }

    static boolean isOnClassPath() {
        return JobHandler.class.getClassLoader().getResource(SERVICES) != null;
    }

    private static String name(JobHandler handler) {
        return Objects.requireNonNull(
                handler.name(), () -> "the name of " + handler.getClass().getName() + " is null");
    }

    private static void remove(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException failure) {
            LOG.warn("cannot remove {}: {}", copy, failure.toString());
        }
    }
}
