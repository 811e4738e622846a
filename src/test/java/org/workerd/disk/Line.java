package org.workerd.disk;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A call as strace writes it, all text in hexadecimal: no comma, quote or bracket means itself. */
final class Line {
    private final String name;
    private final List<String> arguments;
    private final Path root;

    Line(String name, String arguments, Path root) {
        this.name = name;
        this.arguments = List.of(arguments.split(", ?"));
        this.root = root;
    }

    /** Empty: it changes nothing below the root, or only a file that has no name any more. */
    Optional<Call> call() {
        return path().filter(path -> path.startsWith(root)).flatMap(this::call);
    }

    private Optional<Path> path() {
        return switch (name) {
            case "openat", "mkdirat", "unlinkat" -> named(0, 1);
            case "open", "creat", "mkdir", "rmdir", "unlink", "truncate" -> named(0);
            case "link", "rename", "symlink" -> named(1);
            case "linkat", "renameat", "renameat2" -> named(2, 3);
            case "symlinkat" -> named(1, 2);
            case "copy_file_range" -> opened(2);
            default -> opened(0);
        };
    }

    private Optional<Call> call(Path path) {
        return switch (name) {
            case "write" -> Optional.of(new Call.Write(path, -1, bytes(arguments.get(1))));
            case "pwrite64" -> Optional.of(new Call.Write(path, number(3), bytes(arguments.get(1))));
            case "truncate", "ftruncate" -> Optional.of(new Call.Resize(path, number(1)));
            case "open" -> open(path, arguments.get(1));
            case "openat" -> open(path, arguments.get(2));
            case "creat" -> Optional.of(new Call.Open(path, true));
            case "mkdir", "mkdirat" -> Optional.of(new Call.MakeDirectory(path));
            case "rmdir", "unlink", "unlinkat" -> Optional.of(new Call.Remove(path));
            case "link" -> Optional.of(new Call.Link(named(0).orElseThrow(), path));
            case "linkat" -> Optional.of(new Call.Link(named(0, 1).orElseThrow(), path));
            case "rename" -> Optional.of(new Call.Rename(named(0).orElseThrow(), path));
            case "renameat", "renameat2" ->
                Optional.of(new Call.Rename(named(0, 1).orElseThrow(), path));
            case "fsync", "fdatasync" -> Optional.of(new Call.Sync(path));
            default -> throw new IllegalStateException("not modelled: " + name + " of " + path);
        };
    }

    private static Optional<Call> open(Path path, String flags) {
        return flags.contains("O_CREAT") || flags.contains("O_TRUNC")
                ? Optional.of(new Call.Open(path, flags.contains("O_TRUNC")))
                : Optional.empty();
    }

    /** {@code 3<path>}; empty for a pipe, and for what is deleted. */
    private Optional<Path> opened(int argument) {
        String text = arguments.get(argument);
        int from = text.indexOf('<');
        int to = text.lastIndexOf('>');
        if (from == -1 || !text.startsWith("\\x2f", from + 1) || to < text.length() - 1) {
            return Optional.empty();
        }
        String path = text(text.substring(from + 1, to));
        return path.endsWith(" (deleted)") ? Optional.empty() : Optional.of(Path.of(path));
    }

    private Optional<Path> named(int argument) {
        Path path = Path.of(text(arguments.get(argument)));
        return path.isAbsolute() ? Optional.of(path.normalize()) : Optional.empty();
    }

    private Optional<Path> named(int directory, int argument) {
        Path path = Path.of(text(arguments.get(argument)));
        return path.isAbsolute()
                ? Optional.of(path.normalize())
                : opened(directory).map(above -> above.resolve(path).normalize());
    }

    private long number(int argument) {
        return Long.parseLong(arguments.get(argument));
    }

    private static String text(String quoted) {
        return new String(bytes(quoted), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String quoted) {
        int from = quoted.startsWith("\"") ? 1 : 0;
        byte[] bytes = new byte[(quoted.length() - 2 * from) / 4];
        for (int i = 0; i < bytes.length; i++) {
            int digits = from + 4 * i + 2;
            bytes[i] = (byte)
                    (Character.digit(quoted.charAt(digits), 16) * 16 + Character.digit(quoted.charAt(digits + 1), 16));
        }
        return bytes;
    }
}
