package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.unix.UnixException;
import org.workerd.worker.loop.Identity;

/** Why a restart did not come about, where {@code workerd restart} finds it: the exit status, then words. */
final class Refusal {
    private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);

    private Refusal() {}

    /** Says so to who asked, and in the log; from then on the daemon works as always. */
    static void tell(Identity identity, int status, String words) {
        LOG.warn("not restarted, the daemon goes on as before: {}", words.replace("\n", ". "));
        try {
            Path directory = identity.premises().scratch();
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("refusal"), status + "\n" + words + "\n");
        } catch (IOException failure) {
            LOG.warn("cannot tell who asked for the restart: {}", failure.toString());
        }
        try {
            identity.ledger().refused();
        } catch (UnixException failure) {
            LOG.warn("cannot note in the ledger that the restart was refused: {}", failure.getMessage());
        }
    }
}
