package org.workerd.daemon.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.workerd.config.HttpSettings;
import org.workerd.config.Settings;
import org.workerd.job.ShellWord;
import org.workerd.ops.ListenState;

/** Whether HTTP is spoken where it is to be, and who is in the way. */
final class HttpCheck {
    private static final String CHECK = "http";
    private static final String UNIX = "unix:";
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Settings settings;
    private final DaemonState daemon;

    HttpCheck(Settings settings, DaemonState daemon) {
        this.settings = settings;
        this.daemon = daemon;
    }

    List<Finding> look() throws IOException {
        if (settings.http().isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        HttpSettings http = settings.http().get();
        http.tokenFile().flatMap(file -> token("http.token_file", file)).ifPresent(findings::add);
        http.readTokenFile()
                .flatMap(file -> token("http.read_token_file", file))
                .ifPresent(findings::add);
        Path ledgers = settings.directory().ledgers();
        if (daemon.kind() != DaemonState.Kind.RUNNING || !Files.isReadable(ledgers)) {
            return findings;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(ledgers, "*.http")) {
            for (Path file : files) {
                if (isOf(file)) {
                    for (ListenState state : ListenState.read(file)) {
                        findings.add(finding(state));
                    }
                }
            }
        }
        return findings;
    }

    /** What keeps the daemon from using the file; empty: nothing that we can see. */
    private static Optional<Finding> token(String setting, Path file) {
        if (Files.notExists(file)) {
            String word = ShellWord.of(file);
            return Optional.of(Finding.failure(
                    CHECK,
                    setting + ": there is no " + file,
                    "make it as the daemon's user: (umask 077; head -c 32 /dev/urandom | base64 >" + word + ")"));
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
            return permissions.stream().anyMatch(OF_OTHERS::contains)
                    ? Optional.of(Finding.failure(
                            CHECK, setting + ": others may read " + file, "chmod 600 " + ShellWord.of(file)))
                    : Optional.empty();
        } catch (IOException notForUs) {
            return Optional.empty();
        }
    }

    /** The file of a daemon that died stays until somebody cleans up after it. */
    private boolean isOf(Path file) {
        Path ledger = Path.of(file.toString().replaceFirst("http$", "lock"));
        try (Stream<String> lines = Files.lines(ledger, StandardCharsets.ISO_8859_1)) {
            return lines.findFirst().orElse("").contains(" pid=" + daemon.named() + " ");
        } catch (IOException | UncheckedIOException notOurs) {
            return false;
        }
    }

    private static Finding finding(ListenState state) throws IOException {
        if (state.isListening()) {
            return Finding.ok(CHECK, state.line());
        }
        String holder =
                holder(state.listen()).map(who -> "; " + who + " listens there").orElse("");
        return Finding.warning(
                CHECK,
                state.line() + holder,
                (holder.isEmpty() ? "fix that" : "end what is in the way")
                        + ", or change http.listen, then: workerd reload (it is tried again by itself, too)");
    }

    private static Optional<String> holder(String listen) throws IOException {
        if (listen.startsWith(UNIX)) {
            return PortHolder.of(Path.of(listen.substring(UNIX.length())));
        }
        String port = listen.replaceFirst(".*:", "");
        return port.matches("[0-9]{1,5}") ? PortHolder.of(Integer.parseInt(port)) : Optional.empty();
    }
}
