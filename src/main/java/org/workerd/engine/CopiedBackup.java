package org.workerd.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Backup;
import org.workerd.store.Engine;
import org.workerd.store.StoreException;
import org.workerd.store.copy.CopySource;
import org.workerd.store.copy.CopyTarget;
import org.workerd.store.copy.QueueCopy;
import org.workerd.store.sqlite.SqliteEngine;

/** A queue of a server as a file: read in one snapshot, while others write to it. For one thread. */
final class CopiedBackup implements Backup {
    private final Engine queue;
    private final SqliteEngine engine;
    private final Path file;
    private @Nullable CopyTarget copy;

    CopiedBackup(Engine queue, SqliteEngine engine, Path file) {
        this.queue = queue;
        this.engine = engine;
        this.file = file;
    }

    @Override
    public void write() {
        try (CopySource source = queue.copySource()) {
            CopyTarget target = engine.backupTarget();
            copy = target;
            new QueueCopy(source, target).run();
        }
    }

    @Override
    public void publish() throws IOException {
        CopyTarget written = copy;
        if (written == null) {
            throw new IllegalStateException("nothing is written yet");
        }
        try {
            written.commit();
        } catch (StoreException failure) {
            if (failure.getCause() instanceof FileAlreadyExistsException taken) {
                throw taken;
            }
            throw failure;
        }
    }

    @Override
    public long size() throws IOException {
        return Files.size(file);
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.close();
        }
    }
}
