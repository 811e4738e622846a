package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.workerd.api.JobHandler;
import org.workerd.job.Names;
import org.workerd.job.ShellWord;

/**
 * The programs and Java handlers that jobs may run, and why some may not. Whoever can write a handler, or put one into the directory, can
 * run what he likes as the daemon's user: so only root and that user may. Thread-safe.
 */
public final class Handlers {
    private static final int EXECUTABLE = 0111;

    private final Path directory;
    private final int user;
    private final JavaHandlers java;
    private final boolean programs;
    private final Map<String, Vetting> known = new ConcurrentHashMap<>();

    /** The programs in this directory, for a daemon of this user, and the handlers in Java. */
    public Handlers(Path directory, int user, JavaHandlers java) {
        this(directory, user, java, true);
    }

    private Handlers(Path directory, int user, JavaHandlers java, boolean programs) {
        this.directory = directory;
        this.user = user;
        this.java = java;
        this.programs = programs;
    }

    /** Those in Java, and no programs. */
    public static Handlers inJavaAlone(JavaHandlers java) {
        return new Handlers(Path.of("/nonexistent"), 0, java, false);
    }

    /** False: they are those of one program, and other jobs are not its business. */
    public boolean hasPrograms() {
        return programs;
    }

    /** May it run? */
    public sealed interface Vetting {}

    public record Accepted(Path program) implements Vetting {}

    /** A class in this jar. */
    public record AcceptedJava(Path jar) implements Vetting {}

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

    /**
     * Why jobs of this name will wait: the objection, or else why the kernel will not start the program. The daemon goes by
     * the objection alone and tries, for an interpreter may be installed at any time.
     */
    public Optional<String> obstacle(Vetting vetting) {
        return vetting instanceof Accepted accepted
                ? FirstLine.objection(accepted.program()).map(why -> "their handler cannot be started: " + why)
                : objection(vetting);
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
        Vetting inJava = java.vet(name);
        if (!programs) {
            return inJava;
        }
        if (!(inJava instanceof Missing)) {
            // A link to nothing is no handler.
            return directory.resolve(name).toFile().exists() ? ambiguous(name, inJava) : inJava;
        }
        if (!Names.isValid(name)) {
            return new Refused("its name is not a valid job name: 1 to 128 of A-Z a-z 0-9 . _ -");
        }
        Optional<String> unsafe = unsafeDirectory();
        return unsafe.isPresent() ? new Refused(unsafe.get()) : vetFile(directory.resolve(name));
    }

    /** Which of the two was meant only people can know. */
    private Vetting ambiguous(String name, Vetting inJava) {
        String other = inJava instanceof AcceptedJava accepted ? "in " + accepted.jar() : "in Java";
        return new Refused("there are two handlers of this name, " + directory.resolve(name) + " and one " + other
                + ": remove or rename one");
    }

    /** What runs jobs of this name when {@link #vet} says that it is Java; empty where only the names are known. */
    public Optional<JobHandler> inJava(String name) {
        return java.code(name);
    }

    /** The same programs beside other handlers in Java. */
    public Handlers with(JavaHandlers others) {
        return new Handlers(directory, user, others);
    }

    public JavaHandlers java() {
        return java;
    }

    public Path directory() {
        return directory;
    }

    /** Every handler by its name: the files in the directory, as far as we may read it, and those in Java. */
    public Map<String, Vetting> all() {
        Map<String, Vetting> found = new TreeMap<>();
        java.names().forEach(name -> found.put(name, vet(name)));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                found.put(name, vet(name));
            }
        } catch (IOException unreadable) {
            return found;
        }
        return found;
    }

    private Optional<String> unsafeDirectory() {
        try {
            Owned attributes = Owned.of(directory);
            if (!attributes.isDirectory()) {
                return Optional.of(directory + " is not a directory");
            }
            return attributes
                    .unsafe("the directory " + directory, directory, user)
                    .or(() -> Trust.objectionAbove(directory, user));
        } catch (NoSuchFileException missing) {
            return Optional.of("there is no directory " + directory);
        } catch (IOException unreadable) {
            return Optional.of("the directory " + directory + " cannot be read");
        }
    }

    private Vetting vetFile(Path file) {
        try {
            Owned attributes = Owned.of(file, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isLink()) {
                return vetLink(file);
            }
            if (!attributes.isRegular()) {
                return new Refused("it is not a regular file");
            }
            Optional<String> unsafe = attributes.unsafe("it", file, user);
            return unsafe.isPresent() ? new Refused(unsafe.get()) : executable("it", file, file, attributes);
        } catch (NoSuchFileException missing) {
            return new Missing();
        } catch (IOException unreadable) {
            return new Refused("it cannot be read");
        }
    }

    /** It runs by its own name, for a program may go by the name that it is called by. */
    private Vetting vetLink(Path link) throws IOException {
        try {
            LinkTarget target = new LinkTarget(directory, link.getFileName(), user);
            Optional<String> objection = target.objection();
            return objection.isPresent()
                    ? new Refused(objection.get())
                    : executable("its target " + target.file(), link, target.file(), Owned.of(target.file()));
        } catch (AccessDeniedException hidden) {
            // Where it leads may be hidden from us who only ask, and not from the daemon, who decides.
            return user == OwnUser.id()
                    ? new Refused("no permission to read its target: " + hidden.getFile())
                    : new Accepted(link);
        }
    }

    private Vetting executable(String what, Path program, Path file, Owned attributes) {
        boolean executable = (attributes.mode() & EXECUTABLE) != 0;
        return executable && (user != OwnUser.id() || Files.isExecutable(file))
                ? new Accepted(program)
                : new Refused(what + " is not executable: chmod +x " + ShellWord.of(file));
    }
}
