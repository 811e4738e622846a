package org.workerd.disk;

/** What a power cut leaves of that which was not synced. */
public enum Fate {
    /** Nothing. */
    SYNCED,
    /** The names of files and directories, but nothing in them: what a journal of names alone leaves. */
    SYNCED_AND_NAMES,
    /** Any part: each write kept, dropped or torn, each name changed or not. */
    SOME,
    /** All, as after kill -9. */
    ALL
}
