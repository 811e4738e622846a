package org.workerd.store.copy;

import java.util.Locale;

/**
 * What of a queue is copied, in the order in which each finds what it refers to. Daemons are not, nor what belongs to a
 * machine, nor what can be counted again.
 */
public enum CopyTable {
    JOBS,
    /** Of those that have not ended: their state, and how many attempts there were. */
    PLACES,
    FINISHED,
    /** Who waits for whom, and how those ended that are deleted. */
    EDGES,
    ATTEMPTS,
    /** What those printed, where the queue keeps that. */
    OUTPUTS,
    REVIVALS,
    KEYS,
    TAGS,
    PAUSES,
    CANCELLATIONS,
    PROGRESS,
    STARTS,
    CRON,
    CRON_JOBS,
    CRON_DISABLED,
    POLICIES,
    HISTORY;

    /** As the table is called, where there is one of that name. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
