package org.workerd.daemon;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.workerd.unix.UnixException;

/** The daemon cannot be started, or run on: a sentence for people, and whether it is the configuration that is wrong. */
public final class DaemonException extends RuntimeException {
    /** Whose matter it is. */
    public enum Kind {
        CONFIGURATION,
        NOT_PERMITTED,
        IO_ERROR,
        FAILED
    }

    private final Kind kind;

    public DaemonException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What the kernel refused. */
    static DaemonException of(UnixException failure) {
        Kind kind = failure.isRefusal() ? Kind.NOT_PERMITTED : failure.isShortage() ? Kind.IO_ERROR : Kind.FAILED;
        return new DaemonException(kind, String.valueOf(failure.getMessage()));
    }

    /** What went wrong with a file, in words: Java's own message is often no more than its path. */
    static String reason(IOException failure) {
        String path = failure instanceof FileSystemException about ? about.getFile() : failure.getMessage();
        if (failure instanceof AccessDeniedException) {
            return path + ": permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return path + ": no such file or directory";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return path + " exists and is not a directory";
        }
        return String.valueOf(failure.getMessage());
    }

    public Kind kind() {
        return kind;
    }
}
