package org.workerd.worker.handlers;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.api.JobHandler;
import org.workerd.config.DaemonDirectory;
import org.workerd.job.Names;

/**
 * What the daemon found in the jars, left in a file beside the queue: the name of a handler in Java is known only by
 * running its code, which a command of somebody else's, perhaps root's, must not do.
 */
public final class PluginIndex {
    private static final Logger LOG = LoggerFactory.getLogger(PluginIndex.class);
    /** Of a jar that is neither accepted nor refused so far. */
    public static final String NOT_YET = "no daemon has loaded it yet: workerd start, or workerd reload";

    private static final int LONGEST = 1 << 20;

    private PluginIndex() {}

    /**
     * What the last daemon to look said of the jars that are there now.
     *
     * @param complete false: there are jars that it has not seen as they are, whatever they hold
     */
    public record Known(JavaHandlers handlers, boolean complete) {}

    /** Of the class path and, where a directory is given, of the jars in it. */
    public static Known read(DaemonDirectory of, Optional<Path> directory) {
        Map<JarStamp, Plugin> said = said(of.pluginIndex());
        List<Plugin> now = new ArrayList<>();
        boolean complete = directory.isEmpty() || !Files.exists(directory.get()) || Files.isReadable(directory.get());
        JarStamp.of(classPath()).map(said::get).ifPresent(now::add);
        for (Path jar : directory.map(PluginIndex::jarsIn).orElse(List.of())) {
            @Nullable Plugin known = JarStamp.of(jar).map(said::get).orElse(null);
            complete &= known != null;
            now.add(known != null ? known : new Plugin(new JarStamp(jar, 0, 0, 0), List.of(), NOT_YET));
        }
        return new Known(new JavaHandlers(now, Map.of()), complete);
    }

    /** Whole or not at all; it is no harm when it cannot be written. */
    static void leave(Path word, List<Plugin> plugins) {
        String text = plugins.stream().map(PluginIndex::line).collect(Collectors.joining());
        Path draft = word.resolveSibling(
                word.getFileName() + "." + ProcessHandle.current().pid());
        try {
            if (plugins.isEmpty()) {
                Files.deleteIfExists(word);
                return;
            }
            Files.deleteIfExists(draft);
            // Not through a link that somebody of the queue's group has put there.
            Files.writeString(draft, text, StandardOpenOption.CREATE_NEW);
            Files.move(draft, word, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            LOG.warn("cannot write the list of handlers in Java to {}: {}", word, failure.toString());
        }
    }

    /** The jars of a directory by name; none where there is no directory, or none that we may read. */
    static List<Path> jarsIn(Path directory) {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "[!.]*.jar")) {
            found.forEach(jars::add);
        } catch (IOException unreadable) {
            return List.of();
        }
        jars.sort(Comparator.naturalOrder());
        return jars;
    }

    /** Where our own jar is, and beside it those that it is run with. */
    static Path classPath() {
        try {
            Path own = Path.of(JobHandler.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path parent = own.getParent();
            return parent == null ? own : parent;
        } catch (URISyntaxException notAFile) {
            throw new IllegalStateException("workerd's own classes are not in a file", notAFile);
        }
    }

    private static String line(Plugin plugin) {
        JarStamp jar = plugin.jar();
        return String.join(
                        "\t",
                        jar.path().toString(),
                        Long.toString(jar.size()),
                        Long.toString(jar.modified()),
                        Long.toString(jar.inode()),
                        String.join(" ", plugin.names()),
                        plugin.objection().orElse(""))
                + "\n";
    }

    private static Map<JarStamp, Plugin> said(Path word) {
        try {
            return text(word)
                    .lines()
                    .flatMap(line -> parse(line).stream())
                    .collect(Collectors.toMap(Plugin::jar, Function.identity(), (one, same) -> one));
        } catch (IOException unreadable) {
            return Map.of();
        }
    }

    /** Only what root or the owner of the queue's directory left: any member of its group could put anything there. */
    private static String text(Path word) throws IOException {
        Path directory = word.toAbsolutePath().resolveSibling("");
        Owned file = Owned.of(word, LinkOption.NOFOLLOW_LINKS);
        // Of a FIFO or a device the open alone, or the read, would never return.
        if (!file.isRegular() || !file.isOf(Owned.of(directory).owner())) {
            return "";
        }
        try (SeekableByteChannel channel =
                Files.newByteChannel(word, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), LONGEST));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until all of it is here.
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    /** Empty: not of our writing. */
    private static Optional<Plugin> parse(String line) {
        // A NUL is in no path.
        String[] words = line.replace("\0", "").split("\t", -1);
        if (words.length != 6 || !Stream.of(words).skip(1).limit(3).allMatch(word -> word.matches("\\d{1,18}"))) {
            return Optional.empty();
        }
        JarStamp jar = new JarStamp(
                Path.of(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
        List<String> names =
                Stream.of(words[4].split(" ")).filter(Names::isValid).toList();
        return Optional.of(
                new Plugin(jar, words[5].isEmpty() ? names : List.of(), words[5].isEmpty() ? null : words[5]));
    }
}
