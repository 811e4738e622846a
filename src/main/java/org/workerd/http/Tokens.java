package org.workerd.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Set;
import org.workerd.config.HttpSettings;

/** What lets people in over TCP. Only digests are kept in memory. Immutable. */
final class Tokens {
    private static final int SHORTEST = 16;
    private static final int LONGEST = 1_024;
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Optional<byte[]> all;
    private final Optional<byte[]> reading;

    private Tokens(Optional<byte[]> all, Optional<byte[]> reading) {
        this.all = all;
        this.reading = reading;
    }

    /** What a token allows. */
    enum Right {
        NONE,
        READ,
        CHANGE
    }

    /** Without any nobody gets in. */
    static Tokens none() {
        return new Tokens(Optional.empty(), Optional.empty());
    }

    /**
     * Those that the settings name.
     *
     * @throws IOException with a sentence, when a file is not there, or others may read it
     */
    static Tokens read(HttpSettings settings) throws IOException {
        return new Tokens(
                settings.tokenFile().isPresent()
                        ? Optional.of(read(settings.tokenFile().get(), "http.token_file"))
                        : Optional.empty(),
                settings.readTokenFile().isPresent()
                        ? Optional.of(read(settings.readTokenFile().get(), "http.read_token_file"))
                        : Optional.empty());
    }

    Right of(String token) {
        byte[] given = digest(token.getBytes(StandardCharsets.UTF_8));
        if (is(all, given)) {
            return Right.CHANGE;
        }
        return is(reading, given) ? Right.READ : Right.NONE;
    }

    /** In a time that tells nothing. */
    private static boolean is(Optional<byte[]> token, byte[] given) {
        return token.isPresent() && MessageDigest.isEqual(token.get(), given);
    }

    private static byte[] read(Path file, String setting) throws IOException {
        PosixFileAttributes found;
        int uid;
        int owner;
        try {
            found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            owner = (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (NoSuchFileException missing) {
            throw new IOException(
                    setting + ": there is no " + file + "; make one: (umask 077; head -c 32 /dev/urandom | base64 > "
                            + file + ")",
                    missing);
        }
        if (!found.isRegularFile() || (owner != 0 && owner != uid)) {
            throw new IOException(setting + ": " + file + " is no file of root's or the daemon's user");
        }
        if (found.permissions().stream().anyMatch(OF_OTHERS::contains)) {
            throw new IOException(setting + ": others may read " + file + ": chmod 600 it");
        }
        if (found.size() > LONGEST) {
            throw new IOException(setting + ": " + file + " holds more than a token");
        }
        String token = Files.readString(file).strip();
        if (token.length() < SHORTEST || !token.matches("[!-~]+")) {
            throw new IOException(
                    setting + ": what " + file + " holds is no token: one word of " + SHORTEST + " letters or more");
        }
        return digest(token.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
