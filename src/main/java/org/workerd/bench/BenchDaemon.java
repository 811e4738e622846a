package org.workerd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One of a site's daemons, which may run or not. */
record BenchDaemon(Site site, String name) {
    /** Until it is ready; at once when it runs already. */
    void start() throws IOException, InterruptedException {
        site.start(name);
    }

    /** Until it has ended. */
    void stop() throws IOException, InterruptedException {
        Tool.run(site.line(name, "stop", "--now", "--timeout", "30s"));
    }

    /** Of one that runs. */
    String pid() throws IOException {
        return Files.readString(pidfile()).strip();
    }

    Path pidfile() {
        return site.file("run/" + name + ".pid");
    }
}
