package org.workerd.worker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.workerd.job.Names;

/**
 * The programs that jobs may run, and why some may not. Whoever can write a handler, or put one into the directory, can
 * run what he likes as the daemon's user: so only root and that user may. Thread-safe.
 */
public final class Handlers {
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int DIRECTORY = 0040000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int EXECUTABLE = 0111;

    private final Path directory;
    private final int user;
    private final Map<String, Vetting> known = new ConcurrentHashMap<>();

    /**
     * The handlers in this directory, for a daemon of this user.
     */
    public Handlers(Path directory, int user) {
        this.directory = directory;
        this.user = user;
    }

    /** May it run? */
    public sealed interface Vetting {}

    public record Accepted(Path program) implements Vetting {}

    /** A sentence without a full stop: what is wrong with it, and where there is a simple mend, the mend. */
    public record Refused(String reason) implements Vetting {}

    /** There is no file of this name. */
    public record Missing() implements Vetting {}

    /** Why jobs of this name cannot run; empty when they can. */
    public Optional<String> objection(Vetting vetting) {
        if (vetting instanceof Refused refused) {
            return Optional.of("their handler is refused: " + refused.reason());
        }
        return vetting instanceof Missing
                ? Optional.of("there is no handler of this name in " + directory)
                : Optional.empty();
    }

    /** What {@link #vet} said last time, until {@link #forget}. */
    public Vetting find(String name) {
        return known.computeIfAbsent(name, this::vet);
    }

    /** Files may have changed: look again. */
    public void forget() {
        known.clear();
    }

    /** Could a file of this name be a handler? */
    public static boolean isName(String file) {
        return Names.isValid(file);
    }

    /** Looks at the file and its directory, now. */
    public Vetting vet(String name) {
        if (!Names.isValid(name)) {
            return new Refused("its name is not that of a job: 1 to 128 of A-Z a-z 0-9 . _ - are");
        }
        Optional<String> unsafe = unsafeDirectory();
        return unsafe.isPresent() ? new Refused(unsafe.get()) : vetFile(directory.resolve(name));
    }

    public Path directory() {
        return directory;
    }

    /** Every file in the directory by its name; empty when there is no directory that we may read. */
    public Map<String, Vetting> all() {
        Map<String, Vetting> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                found.put(name, vet(name));
            }
        } catch (IOException unreadable) {
            return Map.of();
        }
        return found;
    }

    private Optional<String> unsafeDirectory() {
        try {
            Owned attributes = Owned.of(directory);
            if ((attributes.mode() & TYPE) != DIRECTORY) {
                return Optional.of(directory + " is not a directory");
            }
            return unsafe("the directory " + directory, directory, attributes);
        } catch (NoSuchFileException missing) {
            return Optional.of("there is no directory " + directory);
        } catch (IOException unreadable) {
            return Optional.of("the directory " + directory + " cannot be read");
        }
    }

    private Vetting vetFile(Path file) {
        try {
            Owned attributes = Owned.of(file, LinkOption.NOFOLLOW_LINKS);
            int type = attributes.mode() & TYPE;
            if (type != REGULAR) {
                return new Refused(type == SYMBOLIC_LINK ? "it is a symbolic link" : "it is not a regular file");
            }
            Optional<String> unsafe = unsafe("it", file, attributes);
            if (unsafe.isPresent()) {
                return new Refused(unsafe.get());
            }
            return isExecutable(file, attributes)
                    ? new Accepted(file)
                    : new Refused("it is not executable: chmod +x " + file);
        } catch (NoSuchFileException missing) {
            return new Missing();
        } catch (IOException unreadable) {
            return new Refused("it cannot be read");
        }
    }

    private Optional<String> unsafe(String what, Path path, Owned attributes) {
        if (attributes.owner() != 0 && attributes.owner() != user) {
            return Optional.of(what + " is owned by user " + attributes.owner() + ", not by root or user " + user);
        }
        return (attributes.mode() & WRITABLE_BY_OTHERS) == 0
                ? Optional.empty()
                : Optional.of(what + " is writable by its group or by others: chmod go-w " + path);
    }

    private boolean isExecutable(Path file, Owned attributes) {
        return (attributes.mode() & EXECUTABLE) != 0 && (user != OwnUser.id() || Files.isExecutable(file));
    }

    private record Owned(int mode, int owner) {
        static Owned of(Path path, LinkOption... options) throws IOException {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:mode,uid", options);
            return new Owned((int) attributes.getOrDefault("mode", 0), (int) attributes.getOrDefault("uid", -1));
        }
    }
}
