package org.workerd.client;

import org.jspecify.annotations.Nullable;

/** What became of a job that was to be stored. Immutable. */
public final class Enqueued {
    private final long id;
    private final boolean stored;

    Enqueued(long id, boolean stored) {
        this.id = id;
        this.stored = stored;
    }

    /** {@return the id of the job, positive; when nothing was stored, of the one that has its key} */
    public long id() {
        return id;
    }

    /** {@return false: a job with its key has not ended yet, so nothing was stored} */
    public boolean stored() {
        return stored;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Enqueued enqueued && id == enqueued.id && stored == enqueued.stored;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public String toString() {
        return "job " + id + (stored ? "" : ", which has the key: nothing was stored");
    }
}
