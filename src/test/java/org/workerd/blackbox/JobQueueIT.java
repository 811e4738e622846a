package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.PluginJars;

/** A Java program of somebody else's that enqueues, with the client and SQLite's driver alone. */
class JobQueueIT extends DaemonTest {
    @Test
    void whatAnotherJvmEnqueuesRunsAtOnce() throws IOException {
        at.handler("mail", "echo \"$1\" >\"$WORKERD_RESULT\"");
        at.start();
        PluginJars.compile(
                Map.of(
                        "Shop",
                        """
                        class Shop {
                            public static void main(String[] args) {
                                try (var queue = org.workerd.client.JobQueue.open(java.nio.file.Path.of(args[0]))) {
                                    System.out.println(queue.enqueue(org.workerd.job.NewJob.of("mail", "ann")).id());
                                }
                            }
                        }
                        """),
                at.top);
        String classPath = at.top + ":" + Installation.TREE.resolveSibling("workerd-client.jar") + ":"
                + Installation.jar("sqlite-jdbc-");
        Shell.Done shopping = at.shell.run(
                List.of(System.getProperty("java.home") + "/bin/java", "-cp", classPath, "Shop", at.queue.toString()));
        assertThat(shopping.code()).as(shopping.err()).isZero();
        long id = Long.parseLong(shopping.out().strip());
        // The next poll is ten minutes away.
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("ann\n");
    }
}
