package org.workerd.store.copy;

/**
 * What must go on rising.
 *
 * @param lastJob the largest id that a job ever had
 * @param lastToken no claim had a larger token
 */
public record CopyMarks(long lastJob, long lastToken) {}
