package org.workerd.daemon.doctor;

import java.util.List;
import org.workerd.worker.handlers.OwnUser;

/** What this runs on. */
final class MachineCheck {
    private static final String CHECK = "machine";

    private MachineCheck() {}

    static List<Finding> look() {
        String machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        Finding kernel = List.of("amd64", "aarch64").contains(System.getProperty("os.arch"))
                ? Finding.ok(CHECK, machine + ", Java " + Runtime.version() + ", as user " + OwnUser.id())
                : Finding.failure(CHECK, machine + " is not supported", "use x86_64 or aarch64");
        return List.of(kernel);
    }
}
