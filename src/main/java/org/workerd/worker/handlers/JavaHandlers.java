package org.workerd.worker.handlers;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.workerd.api.JobHandler;
import org.workerd.worker.handlers.Handlers.AcceptedJava;
import org.workerd.worker.handlers.Handlers.Missing;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;

/** The handlers in Java and the jars that they come from, at one moment. Immutable. */
public final class JavaHandlers {
    public static final JavaHandlers NONE = new JavaHandlers(List.of(), Map.of());

    private final List<Plugin> plugins;
    private final Map<String, JobHandler> code;
    private final Map<String, Vetting> vettings = new TreeMap<>();

    /**
     * The handlers of these jars.
     *
     * @param code by name; of those that only are to be known of, none
     */
    public JavaHandlers(Collection<Plugin> plugins, Map<String, JobHandler> code) {
        this.plugins = List.copyOf(plugins);
        this.code = Map.copyOf(code);
        for (Plugin plugin : plugins) {
            plugin.names()
                    .forEach(name -> vettings.merge(
                            name, new AcceptedJava(plugin.path()), (first, same) -> ambiguous(first, plugin.path())));
        }
    }

    /** Those of the program that we run in, by name. */
    public static JavaHandlers of(Map<String, JobHandler> handlers) {
        Plugin program = new Plugin(new JarStamp(Path.of(""), 0, 0, 0), List.copyOf(handlers.keySet()), null);
        return new JavaHandlers(List.of(program), handlers);
    }

    private static Vetting ambiguous(Vetting first, Path other) {
        return first instanceof AcceptedJava accepted
                ? new Refused("there are two handlers of this name, in " + accepted.jar() + " and in " + other
                        + ": remove or rename one")
                : first;
    }

    Vetting vet(String name) {
        @Nullable Vetting known = vettings.get(name);
        return known == null ? new Missing() : known;
    }

    Optional<JobHandler> code(String name) {
        return Optional.ofNullable(code.get(name));
    }

    Set<String> names() {
        return vettings.keySet();
    }

    /** With those that are refused. */
    public List<Plugin> plugins() {
        return plugins;
    }
}
