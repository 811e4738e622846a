package org.workerd.daemon.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.workerd.config.Settings;
import org.workerd.ops.ListenState;

/** Whether HTTP is spoken where it is to be, and who is in the way. */
final class HttpCheck {
    private static final String CHECK = "http";

    private final Settings settings;
    private final DaemonState daemon;

    HttpCheck(Settings settings, DaemonState daemon) {
        this.settings = settings;
        this.daemon = daemon;
    }

    List<Finding> look() throws IOException {
        Path ledgers = settings.directory().ledgers();
        if (settings.http().isEmpty() || daemon.kind() != DaemonState.Kind.RUNNING || !Files.isReadable(ledgers)) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
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
        String port = state.listen().replaceFirst(".*:", "");
        String holder = port.matches("[0-9]{1,5}")
                ? PortHolder.of(Integer.parseInt(port))
                        .map(who -> "; " + who + " listens there")
                        .orElse("")
                : "";
        return Finding.warning(
                CHECK,
                state.line() + holder,
                "end what is in the way, or change http.listen, then: workerd reload (it is tried again by itself, too)");
    }
}
