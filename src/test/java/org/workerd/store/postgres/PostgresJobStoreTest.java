package org.workerd.store.postgres;

import org.workerd.store.JobStore;
import org.workerd.store.JobStoreContract;

class PostgresJobStoreTest extends JobStoreContract {
    private final TestQueue queue = new TestQueue();

    @Override
    protected JobStore open() {
        return queue.database().openOrCreate();
    }

    @Override
    public void assertSound() {
        Soundness.check(queue);
    }
}
