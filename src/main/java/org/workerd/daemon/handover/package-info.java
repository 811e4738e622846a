/**
 * What an old version of a daemon and the new one that it executes in its place tell one another. Must not import the
 * command line.
 */
@org.jspecify.annotations.NullMarked
package org.workerd.daemon.handover;
