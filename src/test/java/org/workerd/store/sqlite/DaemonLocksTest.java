package org.workerd.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.workerd.config.DaemonDirectory;
import org.workerd.worker.attempt.Ledger;

class DaemonLocksTest {
    /** Else each of two daemons would take the other for dead. */
    @Test
    void theLockThatTheQueueGoesByIsTheFileThatADaemonLocks() {
        Path queue = Path.of("/var/lib/workerd/queue.db");
        assertThat(DaemonLocks.file(queue, 7))
                .isEqualTo(Ledger.path(DaemonDirectory.beside(queue).ledgers(), 7));
    }
}
