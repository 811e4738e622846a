package org.workerd.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where others may write to the queue's directory: whether the kernel keeps them from linking files of others there. */
final class LinksCheck {
    static final Path KERNEL = Path.of("/proc/sys/fs");
    private static final List<String> SETTINGS = List.of("protected_hardlinks", "protected_symlinks");
    private static final int WRITABLE_BY_OTHERS = 022;

    private final Path directory;
    private final Path kernel;

    /** The kernel's settings are the files of this directory. */
    LinksCheck(Path directory, Path kernel) {
        this.directory = directory;
        this.kernel = kernel;
    }

    List<Finding> look() throws IOException {
        List<Finding> findings = new ArrayList<>();
        if (Files.exists(directory) && ((int) Files.getAttribute(directory, "unix:mode") & WRITABLE_BY_OTHERS) != 0) {
            for (String setting : SETTINGS) {
                if (isOff(kernel.resolve(setting))) {
                    findings.add(Finding.warning(
                            "links",
                            "fs." + setting + " is 0, and other users can write to " + directory
                                    + ": they could use links to make root or the daemon change other files",
                            "sysctl -w fs." + setting + "=1, and add it to /etc/sysctl.d for the next boot"));
                }
            }
        }
        return findings;
    }

    private static boolean isOff(Path setting) throws IOException {
        try {
            return Files.readString(setting).strip().equals("0");
        } catch (NoSuchFileException olderKernel) {
            return false;
        }
    }
}
