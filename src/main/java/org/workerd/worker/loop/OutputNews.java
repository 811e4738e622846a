package org.workerd.worker.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Reads what an attempt prints, each time from where it left off. For one thread. */
public interface OutputNews {
    void copyTo(OutputStream to) throws IOException;

    /** Begins at the beginning of a file, of which so much is kept. */
    interface Source {
        OutputNews of(Path file, long limit);
    }
}
