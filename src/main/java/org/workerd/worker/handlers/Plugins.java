package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.api.JobHandler;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Names;

/**
 * The jars with handlers in Java: loads them, again when they have changed, and leaves word of what it found for those
 * who must not run their code. A jar that is broken, or that others could have written, is refused as a whole. For one
 * thread.
 */
public final class Plugins {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    private final Path home;
    private final Path copies;
    private final Path word;
    private final int user;
    private final Map<JarStamp, Loaded> loaded = new HashMap<>();
    private int count;

    /** For the daemon of this user with this scratch directory. */
    public Plugins(Path scratch, DaemonDirectory directory, int user) {
        this.home = directory.path();
        this.copies = scratch.resolve("plugins");
        this.word = directory.pluginIndex();
        this.user = user;
    }

    private record Loaded(Plugin plugin, Map<String, JobHandler> code) {
        static Loaded refused(JarStamp jar, String reason) {
            return new Loaded(new Plugin(jar, List.of(), Names.printable(reason)), Map.of());
        }
    }

    /** The handlers of the class path and, where a directory is given, of the jars in it, as they are now. */
    public JavaHandlers load(Optional<Path> directory) {
        List<Loaded> now = new ArrayList<>();
        onClassPath().ifPresent(now::add);
        if (directory.isPresent()) {
            if (Files.isDirectory(directory.get()) && !Files.isReadable(directory.get())) {
                LOG.warn("the plugins in {} are not loaded: permission denied", directory.get());
            }
            Optional<String> unsafe = unsafe(directory.get())
                    .or(() -> Trust.objectionAbove(directory.get(), user))
                    .or(this::unsafePremises);
            for (Path jar : PluginIndex.jarsIn(directory.get())) {
                JarStamp.of(jar)
                        .ifPresent(stamp ->
                                now.add(unsafe.isPresent() ? Loaded.refused(stamp, unsafe.get()) : known(stamp)));
            }
        }
        List<Loaded> news =
                now.stream().filter(one -> !loaded.containsValue(one)).toList();
        news.forEach(one -> tell(one.plugin()));
        loaded.clear();
        now.forEach(one -> loaded.put(one.plugin().jar(), one));
        return found(now);
    }

    private JavaHandlers found(Collection<Loaded> now) {
        List<Plugin> plugins = now.stream().map(Loaded::plugin).toList();
        Map<String, JobHandler> code = new TreeMap<>();
        now.forEach(one -> code.putAll(one.code()));
        PluginIndex.leave(word, plugins);
        return new JavaHandlers(plugins, code);
    }

    private static void tell(Plugin plugin) {
        plugin.objection()
                .ifPresentOrElse(
                        reason -> LOG.warn("{} is refused: {}", plugin.path(), reason),
                        () -> LOG.info("{} has the handlers {}", plugin.path(), String.join(" ", plugin.names())));
    }

    private Optional<Loaded> onClassPath() {
        if (!PluginJar.isOnClassPath()) {
            return Optional.empty();
        }
        return JarStamp.of(PluginIndex.classPath()).map(stamp -> {
            @Nullable Loaded before = loaded.get(stamp);
            return before != null
                    ? before
                    : guarded(stamp, () -> PluginJar.handlers(JobHandler.class.getClassLoader()));
        });
    }

    private Loaded known(JarStamp stamp) {
        Optional<String> unsafe = vet(stamp.path());
        if (unsafe.isPresent()) {
            return Loaded.refused(stamp, unsafe.get());
        }
        @Nullable Loaded before = loaded.get(stamp);
        // What was refused for want of something, say of room for the copy, may do now.
        return before == null || before.plugin().refusal() != null
                ? guarded(stamp, () -> PluginJar.load(nameOf(stamp), copy(stamp)))
                : before;
    }

    private interface Loading {
        Map<String, JobHandler> load() throws IOException;
    }

    /** Here anything may be thrown, for it runs others' code, and none of it may stop the daemon. */
    private static Loaded guarded(JarStamp stamp, Loading loading) {
        try {
            Map<String, JobHandler> code = loading.load();
            return new Loaded(new Plugin(stamp, List.copyOf(code.keySet()), null), Map.copyOf(code));
        } catch (IllegalArgumentException wrong) {
            return Loaded.refused(stamp, String.valueOf(wrong.getMessage()));
        } catch (IOException | RuntimeException | Error broken) {
            LOG.debug("{} cannot be loaded", stamp.path(), broken);
            return Loaded.refused(stamp, "it cannot be loaded: " + Failing.cause(broken));
        }
    }

    private Path copy(JarStamp jar) throws IOException {
        Files.createDirectories(copies);
        count++;
        return Files.copy(jar.path(), copies.resolve(count + "-" + nameOf(jar)));
    }

    private static String nameOf(JarStamp jar) {
        return String.valueOf(jar.path().getFileName());
    }

    private Optional<String> unsafe(Path directory) {
        try {
            return Owned.of(directory).unsafe("the directory " + directory, directory, user);
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    /** Whoever can move our directories away can put other copies in their place. */
    private Optional<String> unsafePremises() {
        try {
            return Owned.of(home).isSticky()
                    ? Optional.empty()
                    : unsafe(home).map(why -> why + ", or chmod +t: the daemon copies the jar there");
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    private Optional<String> vet(Path jar) {
        try {
            Owned attributes = Owned.of(jar, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isLink()) {
                return new LinkTarget(jar.resolveSibling(""), jar.getFileName(), user).objection();
            }
            return attributes.isRegular()
                    ? attributes.unsafe("it", jar, user)
                    : Optional.of("it is not a regular file");
        } catch (IOException unreadable) {
            return Optional.of("it cannot be read");
        }
    }
}
