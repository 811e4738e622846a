package org.workerd.store;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** What every engine's store must do: extended by a test class of each. */
public abstract class JobStoreContract
        implements EnqueueContract,
                KeyContract,
                ClaimContract,
                FinishContract,
                FinishManyContract,
                GuardContract,
                HistoryContract,
                ScheduleContract,
                CronContract,
                DependencyContract,
                RetryContract,
                RetryAfterContract,
                CancelContract,
                DeleteContract,
                PauseContract,
                RetentionContract,
                LimitContract,
                QueriesContract,
                TagContract,
                ConcurrencyContract,
                RandomMovesContract {
    private final List<JobStore> others = new ArrayList<>();
    private JobStore store;

    /** Opens the test's queue, and makes it where there is none. */
    protected abstract JobStore open();

    @Override
    public final synchronized JobStore store() {
        if (store == null) {
            store = open();
        }
        return store;
    }

    @Override
    public final synchronized JobStore another() {
        store();
        JobStore other = open();
        others.add(other);
        return other;
    }

    @AfterEach
    final void everyTestLeavesASoundQueue() {
        assertSound();
        others.forEach(JobStore::close);
        store().close();
    }
}
