package org.workerd.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.workerd.config.Environment.Chosen;

/** The configuration file and the files of conf.d beside it, as text that is read into {@link Findings}. */
final class ConfigFiles {
    /** Whoever names a larger file has mistaken it. */
    private static final int LARGEST = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ConfigFiles() {}

    /** The files there are, in the order in which they were read. */
    static List<Path> read(Chosen chosen, Findings findings) {
        Path main = chosen.file();
        Path base = Objects.requireNonNullElse(main.getParent(), main);
        read(main, base, chosen.by(), findings);
        List<Path> files = new ArrayList<>(List.of(main));
        for (Path file : beside(base.resolve("conf.d"), findings)) {
            read(file, base, "", findings);
            files.add(file);
        }
        return files;
    }

    private static void read(Path file, Path base, String by, Findings findings) {
        try {
            byte[] bytes = bytes(file);
            if (bytes.length > LARGEST) {
                findings.add(file.toString(), "is larger than 1MiB: this is not a configuration file" + by);
            } else {
                text(file, bytes, findings).ifPresent(text -> new TomlFile(file, base, findings).read(text));
            }
        } catch (IOException e) {
            findings.add(file.toString(), "cannot be read: " + reason(e) + by);
        }
    }

    /** In the byte order of their names, whatever the locale. */
    private static List<Path> beside(Path directory, Findings findings) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, ConfigFiles::isRead)) {
            stream.forEach(files::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            findings.add(directory.toString(), "cannot be read: " + reason(e));
        } catch (DirectoryIteratorException e) {
            findings.add(directory.toString(), "cannot be read: I/O error");
        }
        files.sort((a, b) -> Arrays.compareUnsigned(
                a.toString().getBytes(UTF_8), b.toString().getBytes(UTF_8)));
        return files;
    }

    /** As the shell takes {@code *.toml}: an editor's {@code .#site.toml} is not one. */
    private static boolean isRead(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".toml") && !name.startsWith(".");
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LARGEST + 1);
        }
    }

    private static Optional<String> text(Path file, byte[] bytes, Findings findings) {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), text, true);
        String read = text.flip().toString();
        if (result.isError()) {
            int column = read.length() - read.lastIndexOf('\n');
            long line = read.chars().filter(c -> c == '\n').count() + 1;
            findings.add(file + ":" + line + ":" + column, "is not UTF-8 text");
            return Optional.empty();
        }
        return Optional.of(read.startsWith(BYTE_ORDER_MARK) ? read.substring(1) : read);
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
        return Objects.requireNonNullElse(reason, "I/O error");
    }
}
