package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workerd.config.Settings;
import org.workerd.daemon.Volumes;
import org.workerd.job.ByteSize;
import org.workerd.store.QueueUrl;
import org.workerd.unix.Volume;

/** The file systems that the queue and the log are on: of which kind, and how much room there is. */
final class VolumeCheck {
    private static final long LITTLE = 100L << 20;
    private static final long NOTHING = 10L << 20;
    private static final int LITTLE_PERCENT = 5;

    private final Settings settings;

    VolumeCheck(Settings settings) {
        this.settings = settings;
    }

    List<Finding> look() throws IOException {
        List<Finding> findings = new ArrayList<>();
        Path queue = existing(settings.directory().path());
        findings.add(type(queue, Volumes.type(queue), settings.queue() instanceof QueueUrl.Postgres));
        findings.add(room("queue", queue));
        Path log = existing(settings.logging().file());
        if (!Files.getAttribute(log, "unix:dev").equals(Files.getAttribute(queue, "unix:dev"))) {
            findings.add(room("log", log));
        }
        return findings;
    }

    /** With a server, only what attempts have and print is here. */
    private static Finding type(Path directory, String type, boolean onServer) {
        if (Volumes.isRemote(type)) {
            return Finding.failure(
                    "file system",
                    directory + " is on " + type + ", whose locks are not reliable: the daemon does not start",
                    "set " + (onServer ? "daemon.dir" : "queue.url") + " to a path on a local disk");
        }
        return Volumes.isFleeting(type) && !onServer
                ? Finding.warning(
                        "file system",
                        directory + " is on " + type + ": a reboot loses all jobs",
                        "set queue.url to a path on a disk")
                : Finding.ok("file system", type);
    }

    private static Finding room(String whose, Path directory) {
        String check = "disk of the " + whose;
        Volume volume = Volume.of(directory);
        if (volume.isReadOnly()) {
            return Finding.failure(
                    check,
                    "the file system of " + directory + " is read-only",
                    "see why: dmesg; then mount it for writing");
        }
        String free = ByteSize.brief(volume.freeBytes()) + " free at " + directory;
        String mend = "free space; see what uses it: du -xh " + directory + " | sort -h | tail";
        if (volume.freeBytes() < NOTHING) {
            return Finding.failure(check, "only " + free, mend);
        }
        if (volume.freeBytes() < LITTLE || volume.freeBytes() < volume.bytes() / 100 * LITTLE_PERCENT) {
            return Finding.warning(check, "only " + free, mend);
        }
        return files(check, volume, directory).orElse(Finding.ok(check, free));
    }

    private static Optional<Finding> files(String check, Volume volume, Path directory) {
        if (volume.files() == 0 || volume.freeFiles() >= volume.files() / 100 * LITTLE_PERCENT) {
            return Optional.empty();
        }
        String found = "room for only " + volume.freeFiles() + " more files at " + directory;
        String mend = "delete files; see where they are: du -x --inodes " + directory + " | sort -n | tail";
        return Optional.of(
                volume.freeFiles() < 1000 ? Finding.failure(check, found, mend) : Finding.warning(check, found, mend));
    }

    /** The file or the closest directory above it that exists. */
    static Path existing(Path file) {
        Path found = file.toAbsolutePath();
        while (!Files.exists(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found;
    }
}
