package org.workerd.worker.handlers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.workerd.job.ShellWord;

/**
 * Where a symbolic link leads, as the kernel goes: from directory to directory and from link to link. It may be followed
 * when each directory that a name is looked up in is one where only root and one user may write. Each is looked at
 * before the name in it is, so that nobody else can change the way behind our back: what is executed, by the link's own
 * name, is then what was looked at. For one thread, and for one look.
 */
final class LinkTarget {
    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private static final Path ROOT = Path.of("/");

    private final Path home;
    private final int user;
    private final Deque<Path> ahead = new ArrayDeque<>();
    private Path at;
    private int links;

    /** Of a link in a directory that is trusted itself, with all above it. */
    LinkTarget(Path directory, Path name, int user) throws IOException {
        this.home = directory.toAbsolutePath().normalize();
        this.user = user;
        this.at = directory.toRealPath();
        ahead.push(name);
    }

    /** Why it may not be followed, with the remedy; empty: it may, to {@link #file}. */
    Optional<String> objection() throws IOException {
        try {
            while (!ahead.isEmpty()) {
                Optional<String> objection = step(ahead.pop());
                if (objection.isPresent()) {
                    return objection;
                }
            }
        } catch (NoSuchFileException missing) {
            return Optional.of("it is a symbolic link to nothing: there is no " + missing.getFile());
        }
        Owned target = Owned.of(at, LinkOption.NOFOLLOW_LINKS);
        return target.isRegular()
                ? unsafe("its target " + at, at, target)
                : Optional.of("its target " + at + " is not a regular file");
    }

    /** The regular file at its end. */
    Path file() {
        return at;
    }

    private Optional<String> step(Path name) throws IOException {
        if (name.toString().equals("..")) {
            at = at.equals(ROOT) ? at : at.resolveSibling("");
            return Optional.empty();
        }
        Path next = at.resolve(name);
        Owned directory = Owned.of(at);
        if (!directory.isDirectory()) {
            return Optional.of("it is a symbolic link to nothing: " + at + " is not a directory");
        }
        Optional<String> unsafe = unsafe("the directory " + at + " on the way to its target", at, directory);
        Owned entry = Owned.of(next, LinkOption.NOFOLLOW_LINKS);
        if (unsafe.isPresent() && !(entry.isDirectory() && isTrustedAnyway(directory))) {
            return directory.isSticky() && directory.isOf(user) ? Optional.of(inSticky()) : unsafe;
        }
        if (entry.isLink()) {
            return follow(next, entry);
        }
        at = next;
        return Optional.empty();
    }

    private Optional<String> follow(Path link, Owned owned) throws IOException {
        links++;
        if (links > MOST_LINKS) {
            return Optional.of("it leads through more than " + MOST_LINKS + " symbolic links: link to the file itself");
        }
        if (!owned.isOf(user)) {
            return Optional.of("the symbolic link " + link + " is owned by user " + owned.owner()
                    + ", not by root or user " + user + ": chown -h " + user + " " + ShellWord.of(link));
        }
        Path target = Files.readSymbolicLink(link);
        if (target.isAbsolute()) {
            at = ROOT;
        }
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
            if (!target.getName(i).toString().equals(".")) {
                ahead.push(target.getName(i));
            }
        }
        return Optional.empty();
    }

    /**
     * A sticky directory that the trusted one is below: who may write there could not move that away either. So it is
     * with any directory in it; but a file or a link could be anybody's choice, by a hard link.
     */
    private boolean isTrustedAnyway(Owned directory) throws IOException {
        return directory.isSticky()
                && directory.isOf(user)
                && (home.startsWith(at) || home.toRealPath().startsWith(at));
    }

    private String inSticky() {
        return "others may put files into " + at + ", which is on the way to its target: move that to a directory"
                + " where only root or user " + user + " may write";
    }

    private Optional<String> unsafe(String what, Path path, Owned owned) {
        return owned.unsafe(what, path, user)
                .map(why -> owned.isOf(user) ? why : why + ": chown " + user + " " + ShellWord.of(path));
    }
}
