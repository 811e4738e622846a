package org.workerd.client;

/**
 * What became of a job that was to be stored.
 *
 * @param id of the job; when nothing was stored, of the one that has its key
 * @param stored false: a job with its key has not ended yet, so nothing was stored
 */
public record Enqueued(long id, boolean stored) {}
